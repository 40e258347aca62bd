import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { REPORT_FORMATS, type ReportFormat } from '../report-formats.js';
import { writeOutput } from './output-place.js';
import { does } from './verb.js';

interface BuildOptions {
  readonly month?: string;
  readonly format: ReportFormat;
  readonly out: string;
}

export function reportVerb(program: Command): void {
  const group = program.command('report').description('the section of the monthly report');
  const build = group
    .command('build')
    .description('write the section of a month to a file')
    .option('--month <month>', 'YYYY-MM; absent: the latest month with data', monthOf)
    .addOption(new Option('--format <format>', 'what to write').choices(REPORT_FORMATS).default('html'))
    .option('--out <folder>', 'where to', '.');
  does<BuildOptions>(build, async ({ installation, output, signal }, _args, { month, format, out }) => {
    const open = await installation();
    const [{ latestMonth, loadMonth, renderMonth }, { bringMartsUpToDate, undatedIn }] = await Promise.all([
      import('../monthly-report.js'),
      import('../marts.js'),
    ]);
    // What an interrupted run has left marked is built first, so that the page is never behind the tables.
    for (const message of undatedIn(await bringMartsUpToDate(open, signal))) output.note(`warning: ${message}`);
    const wanted = month ?? (await latestMonth(open, signal));
    const file = join(out, `report-${wanted}.${format}`);
    await writeOutput(file, renderMonth(await loadMonth(open, wanted, signal), format));
    output.data('tributary.report_build/1', { month: wanted, format, file }, () => file);
  });
}

function monthOf(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('It must be a month like 2026-03.');
  return text;
}
