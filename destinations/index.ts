import type { DestinationPlugin } from '#sdk';
import { files } from './files/files.destination.js';
import { postgres } from './postgres/postgres.destination.js';
import { snowflake } from './snowflake/snowflake.destination.js';

/** The destinations that come with Tributary. */
export const destinations: readonly DestinationPlugin[] = [files, postgres, snowflake];
