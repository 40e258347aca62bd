import { readFileSync } from 'node:fs';

/** Of the package; the file is found from where the build puts this one, and from its source. */
export const version: string = (() => {
  for (const up of ['../../../package.json', '../../package.json'])
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  return '0.0.0';
})();
