import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { ConnectorError, toConnectorError } from '../../sdk/index.js';
import { OPTIONS_ABOUT, restOptions } from './rest-options.js';
import { does } from './verb.js';

interface Judged {
  readonly manifest: string;
  readonly runnable: boolean;
  readonly streams: number;
  readonly problems: readonly {
    readonly severity: 'error' | 'warning';
    readonly line: number | null;
    readonly path: string;
    readonly component: string | null;
    readonly message: string;
  }[];
}

/** Fields of which a manifest, or a short form, has at least one. */
const MARKS = ['streams', 'dynamic_streams', 'check', 'definitions', 'endpoint', 'api'];

/** `connectors validate`: which manifests of a folder can be run, and what in the others is not supported, with its line. */
export function connectorsValidateVerb(group: Command): void {
  const validate = group
    .command('validate')
    .description('which declarative manifests of a folder can be run, and why the others cannot')
    .argument('<place>', 'a manifest, or a folder that is searched for `*.yaml`');
  validate.option('--options <file>', OPTIONS_ABOUT);
  does<{ readonly options?: string }>(validate, async ({ output }, [place], { options: optionsFile }) => {
    const { problemText } = await import('../../../connectors/rest/manifest/load.js');
    const { UnreadableManifest } = await import('../../../connectors/rest/manifest/text.js');
    const { judgedManifest } = await import('../../../connectors/rest/judged.js');
    const options = await connectionOptions(optionsFile);
    const judged: Judged[] = [];
    const others: string[] = [];
    const files = await manifestsIn(place as string);
    for (const file of files) {
      const name = relative(process.cwd(), file) || file;
      try {
        const text = await readFile(file, 'utf8');
        const { manifest } = await judgedManifest(text, { name, folder: dirname(file), ...options });
        const { root, problems } = manifest;
        // A folder holds other YAML too, such as options and the configuration itself.
        if (files.length > 1 && !MARKS.some((key) => root[key] !== undefined)) {
          others.push(name);
          continue;
        }
        judged.push({
          manifest: name,
          runnable: !problems.some(({ severity }) => severity === 'error'),
          streams: Array.isArray(root['streams']) ? root['streams'].length : 0,
          problems: problems.map(({ severity, line, path, component, message }) => ({
            severity,
            line: line ?? null,
            path,
            component: component ?? null,
            message,
          })),
        });
      } catch (error) {
        const [line, message] = error instanceof UnreadableManifest ? [error.line, error.fault] : [null, saidBy(error)];
        const problem = { severity: 'error', line, path: '', component: null, message } as const;
        judged.push({ manifest: name, runnable: false, streams: 0, problems: [problem] });
      }
    }
    const runnable = judged.filter((one) => one.runnable).length;
    output.data('tributary.connectors_validate/1', { manifests: judged, runnable, others }, () =>
      [
        ...judged.flatMap(({ manifest, runnable: isRunnable, streams, problems }) => [
          `${isRunnable ? 'runnable' : 'NOT RUNNABLE'}  ${manifest}${isRunnable ? ` (${streams} streams)` : ''}`,
          ...once(problems).map(
            ([problem, more]) =>
              `  ${problem.severity}: ${problemText(manifest, { ...problem, line: problem.line ?? undefined, component: '' })}${more === 0 ? '' : ` (and in ${more} more places)`}`,
          ),
        ]),
        ...others.map((name) => `no manifest   ${name}`),
        `${runnable} of ${judged.length} can be run.`,
      ].join('\n'),
    );
    return runnable === judged.length ? 0 : 3;
  });
}

const saidBy = (error: unknown): string => {
  const { message, details } = toConnectorError(error);
  return [message, details.hint ?? ''].join(' ').trim();
};

/** What a connection has beside the manifest. Where options are given the texts that read them are judged with them. */
async function connectionOptions(file: string | undefined) {
  const { givenOf, replacementsOf } = await import('../../../connectors/rest/judged.js');
  const { parsedOptions } = await import('../../../connectors/rest/rest.config.js');
  const written = await restOptions(file);
  const config = parsedOptions({ ...written, manifest: '-' });
  const hasOptions = written['manifest_config'] !== undefined || written['secrets'] !== undefined;
  return {
    replacements: await replacementsOf(config, process.cwd()),
    given: hasOptions ? givenOf(config) : undefined,
  };
}

/** What stands at several places, since a part is used again and again, is told at the first, with the number of the others. */
function once(problems: Judged['problems']): readonly (readonly [Judged['problems'][number], number])[] {
  const same = Map.groupBy(problems, ({ severity, line, message }) => `${severity} ${line} ${message}`);
  return [...same.values()].map((all) => [all[0]!, all.length - 1]);
}

async function manifestsIn(place: string): Promise<readonly string[]> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined)
    throw new ConnectorError('config', `"${place}" is not there.`, {
      hint: 'Name a manifest, or a folder with manifests.',
    });
  if (!found.isDirectory()) return [place];
  const names = await readdir(place, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0)
    throw new ConnectorError('config', `"${place}" holds no *.yaml.`, { hint: 'Name a folder with manifests.' });
  return files.toSorted();
}
