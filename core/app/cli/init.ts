import type { Command } from 'commander';
import { counted } from './output.js';
import { writeOutput } from './output-place.js';
import { STARTING_FILE } from './starting-file.js';
import { does } from './verb.js';

export function initVerb(program: Command): void {
  const command = program.command('init').description('write a commented configuration to start from');
  does(command, async ({ output, configFile }) => {
    await writeOutput(configFile, STARTING_FILE, { isNew: true });
    output.data('tributary.init/1', { file: configFile }, () => `wrote ${configFile}`);
    output.note(`next: edit it, then run \`tributary validate --config ${configFile}\``);
  });
}

export function validateVerb(program: Command): void {
  const command = program.command('validate').description('check the configuration and tell all that is wrong');
  does(command, async ({ output, configFile, configuration }) => {
    const loaded = await configuration();
    const { settings } = loaded;
    const [{ checkStreams }, { formatIssue, SettingsError }] = await Promise.all([
      import('../stream-checks.js'),
      import('../../settings/index.js'),
    ]);
    const { issues, warnings } = await checkStreams(loaded);
    for (const warning of warnings) output.note(`warning: ${formatIssue(loaded.loaded.file, warning)}`);
    if (issues.length > 0) throw new SettingsError(loaded.loaded.file, issues);
    const count = (map: object) => Object.keys(map).length;
    const summary = {
      file: configFile,
      sources: count(settings.sources),
      destinations: count(settings.destinations),
      connections: count(settings.connections),
      facts: settings.report?.facts.length ?? 0,
    };
    const { file, ...numbers } = summary;
    output.data('tributary.validate/1', summary, () => {
      const parts = Object.entries(numbers).map(([name, number]) => counted(number, name.slice(0, -1)));
      return `${file} is valid: ${parts.join(', ')}`;
    });
  });
}
