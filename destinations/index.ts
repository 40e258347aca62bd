import type { DestinationPlugin } from '#sdk';
import { postgres } from './postgres/postgres.destination.js';

/** The destinations that come with Tributary. */
export const destinations: readonly DestinationPlugin[] = [postgres];
