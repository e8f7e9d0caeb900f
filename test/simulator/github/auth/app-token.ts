import { errors, importSPKI, jwtVerify } from 'jose'
import { ApiFailure } from '../failure.ts'
import type { World } from '../world.ts'

/** The longest life of an app's JWT, and how far clocks may be apart, in seconds. */
const longest = 600
const tolerance = 60

/** Verifies the JWT with which the app itself speaks. Rejects with 401 and GitHub's words. */
export async function verifyAppToken(world: World, token: string): Promise<void> {
  const { app } = world
  const now = Math.floor(world.now().getTime() / 1000)
  try {
    const key = await importSPKI(app.publicKey, 'RS256')
    const { payload } = await jwtVerify(token, key, { algorithms: ['RS256'], currentDate: world.now() })
    const { iss, iat, exp } = payload
    if (String(iss) !== String(app.id) && iss !== app.clientId) throw refused('Integration not found')
    if (typeof iat !== 'number' || iat > now + tolerance) {
      throw refused(
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      )
    }
    if (typeof exp !== 'number') {
      throw refused(
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      )
    }
    if (exp - now > longest + tolerance) {
      throw refused("'Expiration time' claim ('exp') is too far in the future")
    }
  } catch (error) {
    if (error instanceof ApiFailure) throw error
    if (error instanceof errors.JWTExpired) {
      throw refused(
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      )
    }
    throw refused('A JSON web token could not be decoded')
  }
}

const refused = (message: string): ApiFailure => new ApiFailure(401, message)
