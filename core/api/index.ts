export { cookieNames, cookieOf, type Login } from './login.js';
export type { Access, Credentials, Refusal } from './access.js';
export { ApiModule } from './api.module.js';
export { breakGlassForm, eventForm, runForm, snakeKeys } from './forms.js';
export { Metrics } from './metrics.js';
export { ApiDocument, negotiation } from './openapi.js';
export { ProblemFilter } from './problem.filter.js';
export { withinRequest } from './scoped-services.js';
export { requestEdge } from './request-edge.js';
export { builtWeb, webApplication } from './web-application.js';
export type { AccessReview, Reviewed } from './access-review.js';
export type {
  ConnectionDraft,
  DraftFault,
  DraftJudgement,
  NewSources,
  SourceDraft,
  TriedDraft,
} from './new-sources.js';
export type {
  ConnectionSchedule,
  ConnectionSummary,
  EmergencyAccess,
  HostServices,
  LineageEntry,
  LineageFilter,
  BookmarkReset,
  QuarantineCount,
  QuarantinedEntry,
  StreamBookmark,
  StreamLedger,
} from './host-services.js';
