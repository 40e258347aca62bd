import { sources } from '../../connectors/index.js';
import { destinations } from '../../destinations/index.js';
import type { Plugin } from '../plugins/index.js';

/** What comes with Tributary, in the order in which it is listed. */
export const connectorList: readonly Plugin[] = [...sources, ...destinations];
