import type { SourcePlugin } from '#sdk';
import { airbyte } from './airbyte/airbyte.source.js';
import { braze } from './braze/braze.source.js';
import { gcs } from './gcs/gcs.source.js';
import { local } from './local/local.source.js';
import { s3 } from './s3/s3.source.js';
import { sfmc } from './sfmc/sfmc.source.js';
import { rest } from './rest/rest.source.js';
import { warehouse } from './warehouse/warehouse.source.js';
import { singer } from './singer/singer.source.js';
import { sftp } from './sftp/sftp.source.js';

/** The sources that come with Tributary. */
export const sources: readonly SourcePlugin[] = [airbyte, braze, gcs, local, rest, s3, sfmc, sftp, singer, warehouse];
