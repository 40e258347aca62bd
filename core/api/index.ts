export { ApiModule } from './api.module.js';
export { ProblemFilter } from './problem.filter.js';
export type { ConnectionSummary, HostServices } from './host-services.js';
