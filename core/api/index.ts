export { ApiModule } from './api.module.js';
export { eventForm, runForm, snakeKeys } from './forms.js';
export { ProblemFilter } from './problem.filter.js';
export type { ConnectionSummary, HostServices } from './host-services.js';
