import packageJson from '../../package.json' with { type: 'json' }

/** Version of this package, semver. */
export const version: string = packageJson.version
