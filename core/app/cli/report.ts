import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { FactExplanation, Move, Release } from '../../../report/index.js';
import {
  CHART_FORMATS,
  CHARTS,
  REPORT_FORMATS,
  type ChartFormat,
  type ReportFormat,
} from '../../../report/render/formats.js';
import { ConnectorError, toConnectorError } from '../../sdk/index.js';
import { lookupsIn } from '../lookup-sentences.js';
import { table } from './output.js';
import { sharingVerbs, versionOf } from './report-sharing.js';
import { writeOutput } from './output-place.js';
import { does } from './verb.js';

interface BuildOptions {
  readonly month?: string;
  readonly release?: number;
  readonly asOf?: Date;
  readonly format: ReportFormat;
  readonly out: string;
  readonly withPhi?: boolean;
}

export function reportVerb(program: Command): void {
  const group = program.command('report').description('the section of the monthly report');
  const build = group
    .command('build')
    .description('write the section of a month to a file')
    .option('--month <month>', 'YYYY-MM; absent: the latest month with data', monthOf)
    .option('--release <version>', 'as it was published; absent: the newest release of a final month', versionOf)
    .option('--as-of <day>', 'as the newest release until this day or instant has it', instantOf)
    .addOption(new Option('--format <format>', 'what to write').choices(Object.keys(REPORT_FORMATS)).default('html'))
    .option('--out <folder>', 'where to', '.')
    .option('--with-phi', 'small counts too, for those who have the right to see them');
  does<BuildOptions>(
    build,
    async ({ installation, output, signal }, _args, { month, release, asOf, format, out, withPhi }) => {
      if (release !== undefined && asOf !== undefined)
        throw new ConnectorError('config', '--release and --as-of name a release each.', { hint: 'Give one of them.' });
      const open = await installation();
      if (withPhi === true) {
        const { requirePhiRight } = await import('./phi-right.js');
        await requirePhiRight(open, 'report.with_phi', month ?? 'the latest month');
      }
      const [{ latestMonth, loadMonth }, { bringMartsUpToDate, undatedIn }, { renderSection }] = await Promise.all([
        import('../monthly-report.js'),
        import('../marts.js'),
        import('../../../report/index.js'),
      ]);
      // What an interrupted run has left marked is built first, so that the page is never behind the tables.
      for (const message of undatedIn(await bringMartsUpToDate(open, signal))) output.note(`warning: ${message}`);
      const wanted = month ?? (await latestMonth(open, signal));
      const file = join(out, `report-${wanted}${release === undefined ? '' : `-v${release}`}.${format}`);
      const section = await loadMonth(open, { month: wanted, signal, release, asOf, withPhi });
      await writeOutput(file, await renderSection(section, format));
      output.data('tributary.report_build/1', { month: wanted, format, file }, () => file);
    },
  );
  chartVerb(group);
  factsVerb(group);
  publishVerb(group);
  releasesVerb(group);
  sharingVerbs(group, monthOf);
}

function chartVerb(group: Command): void {
  const chart = group
    .command('chart')
    .description('write one chart of a month as a picture')
    .addArgument(new Argument('<chart>', `${CHARTS.join(', ')}, or a dimension of the configuration`))
    .requiredOption('--month <month>', 'YYYY-MM', monthOf)
    .option('--release <version>', 'as it was published', versionOf)
    .addOption(new Option('--format <format>', 'what to write').choices(Object.keys(CHART_FORMATS)).default('png'))
    .option('--out <folder>', 'where to', '.');
  does<{ readonly month: string; readonly release?: number; readonly format: ChartFormat; readonly out: string }>(
    chart,
    async ({ installation, output, signal }, [name], { month, release, format, out }) => {
      const open = await installation();
      const [{ loadMonth }, { renderChart }] = await Promise.all([
        import('../monthly-report.js'),
        import('../../../report/index.js'),
      ]);
      const section = await loadMonth(open, { month, signal, release });
      const picture = await renderChart(section, name!, format);
      if (picture === undefined)
        throw new ConnectorError('config', `${month} has nothing for the chart "${name}".`, {
          hint: 'None of its campaigns is broken down so.',
        });
      const file = join(out, `report-${month}-${name}.${format}`);
      await writeOutput(file, picture);
      output.data('tributary.report_chart/1', { month, chart: name, format, file }, () => file);
    },
  );
}

function factsVerb(group: Command): void {
  const facts = group
    .command('facts')
    .description('what the facts would put into the marts: their SQL and the latest rows; writes nothing')
    .argument('[fact]', 'its name; absent: all')
    .option('--sample <rows>', 'how many rows', rowsOf, 10)
    .option('--no-sql', 'only the rows');
  does<{ readonly sample: number; readonly sql: boolean }>(
    facts,
    async ({ installation, output, signal }, [name], { sample, sql }) => {
      const { explain } = await import('../marts.js');
      const found = await explain(await installation(), { ...(name === undefined ? {} : { name }), sample }, signal);
      const form = found.map(({ sql: text = null, foreignChannels, error = null, ...rest }) => ({
        ...rest,
        sql: text,
        foreign_channels: foreignChannels,
        error,
      }));
      output.data('tributary.report_facts/1', form, () =>
        found.map((one) => factText(one, sql, lookupsIn(one.lookups))).join('\n\n'),
      );
      return found.some(({ error }) => error !== undefined) ? 3 : 0;
    },
  );
}

function factText({ fact, sql, rows, sample, ...about }: FactExplanation, withSql: boolean, lookups: string): string {
  const { error, missing, undated, foreignChannels } = about;
  const columns = Object.keys(sample[0] ?? {}).filter((column) => sample.some((row) => row[column] !== null));
  return [
    `# ${fact}: ${rows.toLocaleString('en-US')} rows`,
    ...(error === undefined ? [] : [`error: ${error.message}`, ...(error.hint === undefined ? [] : [error.hint])]),
    ...(missing.length === 0 ? [] : [`not synced yet: ${missing.join(', ')}`]),
    ...(undated === 0 ? [] : [`raw rows without a day: ${undated.toLocaleString('en-US')}`]),
    ...(foreignChannels.length === 0 ? [] : [`channels that stand as (unknown): ${foreignChannels.join(', ')}`]),
    ...(lookups === '' ? [] : [lookups]),
    ...(withSql && sql !== undefined ? [`${sql};`] : []),
    ...(sample.length === 0
      ? []
      : [
          table(
            columns,
            sample.map((row) => columns.map((column) => String(row[column] ?? ''))),
          ),
        ]),
  ].join('\n');
}

function rowsOf(text: string): number {
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows < 0 || rows > 10_000) throw new InvalidArgumentError('It must be 0 to 10000.');
  return rows;
}

function publishVerb(group: Command): void {
  const publish = group
    .command('publish')
    .description('publish a month as it stands: final, or restated where it was final before')
    .requiredOption('--month <month>', 'YYYY-MM', monthOf)
    .option('--preliminary', 'only as preliminary; a month that was final is restated all the same')
    .option('--incomplete <reason>', 'final although days are missing; the release keeps why', reasonOf);
  does<{ readonly month: string; readonly preliminary?: boolean; readonly incomplete?: string }>(
    publish,
    async ({ installation, output, signal }, _args, { month, preliminary, incomplete }) => {
      const open = await installation();
      const [releases, { bringMartsUpToDate, undatedIn }] = await Promise.all([
        import('../releases.js'),
        import('../marts.js'),
      ]);
      for (const message of undatedIn(await bringMartsUpToDate(open, signal))) output.note(`warning: ${message}`);
      const as = preliminary === true ? 'preliminary' : 'final';
      const { release, isNew, moves } = await releases.publish(
        open,
        { month, as, by: userInfo().username, ...(incomplete === undefined ? {} : { incomplete }) },
        signal,
      );
      await releases.maintainViews(open, signal).catch((error: unknown) => {
        output.note(`warning: the month is published, but not the views: ${toConnectorError(error).message}`);
      });
      const { version, state } = release;
      output.data('tributary.report_publish/1', { ...releaseForm(release), is_new: isNew, moves }, () =>
        isNew
          ? [`${month}: version ${version}, ${state}`, ...moves.map(moveText)].join('\n')
          : `${month}: nothing moved since version ${version}, ${state}`,
      );
    },
  );
}

function releasesVerb(group: Command): void {
  const list = group
    .command('releases')
    .description('what was published, the newest first')
    .option('--month <month>', 'YYYY-MM; absent: all', monthOf);
  does<{ readonly month?: string }>(list, async ({ installation, output, signal }, _args, { month }) => {
    const { releases } = await import('../monthly-report.js');
    const found = (await releases(await installation(), signal, month)).map(releaseForm);
    output.data('tributary.report_releases/1', found, () =>
      table(
        ['month', 'version', 'state', 'published', 'by', 'rows moved', 'causes'],
        found.map((one) => [
          one.month,
          one.version,
          one.state,
          one.published_at,
          one.published_by,
          one.moved,
          one.causes.map(({ kind, id }) => `${kind} ${id}`).join(', '),
        ]),
      ),
    );
  });
}

const releaseForm = (release: Release) => ({ ...release });

function moveText({ breakdown, at, name, figure, before, after }: Move): string {
  const place = Object.values(at).join(' / ');
  return `  ${[breakdown, place, name].filter((part) => part !== '').join(' ')}: ${figure} ${before ?? 'not measured'} → ${after ?? 'not measured'}`;
}

function reasonOf(text: string): string {
  if (text.trim().length < 3) throw new InvalidArgumentError('It must say why.');
  return text.trim();
}

/** Of a day its end. */
function instantOf(text: string): Date {
  const instant = new Date(text.length === 10 ? `${text}T23:59:59.999Z` : text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(instant.getTime()))
    throw new InvalidArgumentError('It must be a day or an instant, such as 2026-04-09 or 2026-04-09T06:00:00Z.');
  return instant;
}

function monthOf(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('It must be a month like 2026-03.');
  return text;
}
