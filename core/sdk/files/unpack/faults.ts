import type { FileVersion } from '../../../protocol/index.js';
import { ConnectorError } from '../../errors.js';

/** A packed file that is not what it should be: nothing of it may count. */
export function refused(file: FileVersion, what: string, hint: string, cause?: unknown): ConnectorError {
  return new ConnectorError('source', `File "${file.name}" ${what}.`, {
    fault: 'integrity',
    hint: `${hint} Nothing of the file was loaded.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
