import type { Problem, SourceLocation } from '../../../model/problem.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import type { ChartRequest, Charts } from '../charts/charts.ts'
import type { ToolPlace } from '../render-kustomize.ts'
import type { TemplateFinder } from './source-comments.ts'

/** Where helm runs are prepared. */
export interface HelmPlace extends ToolPlace {
  /** Null when charts come from nowhere but the repository. */
  readonly charts: Charts | null
}

/** A chart from elsewhere that a render is a function of. */
export interface UsedChart {
  readonly request: ChartRequest
  readonly digest: string
}

/** A chart with all its dependencies on disk, ready for helm to render without asking anybody. */
export interface LaidOutChart {
  readonly problems: readonly Problem[]
  /** What helm is given. Absolute. */
  readonly path: string
  /** Real path that the chart's own files are read below, as the value files that it brings: the checkout, or the unpacked archive. */
  readonly root: string
  readonly folder: RepositoryPath
  readonly finder: TemplateFinder
  /** Whether it is not in the repository; then `standIn` stands for its places: the Application, where that has one. */
  readonly isRemote: boolean
  readonly standIn: SourceLocation | null
  readonly used: readonly UsedChart[]
}
