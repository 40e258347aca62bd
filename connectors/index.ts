import type { SourcePlugin } from '#sdk';
import { local } from './local/local.source.js';

/** The sources that come with Tributary. */
export const sources: readonly SourcePlugin[] = [local];
