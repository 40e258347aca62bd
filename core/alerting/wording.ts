import type { ErrorReport } from '../protocol/index.js';
import { errorsOf, type Finding } from './findings.js';
import type { AlertText, ColumnChange, EndedRun } from './incident.js';

/** Longer error texts are cut; the run has them whole. */
const LONGEST_ERROR = 600;

/** What a person reads of a finding: what happened, what it means for the report, what to do. */
export function wordingOf(finding: Finding, run: EndedRun, feedsReport: boolean): AlertText {
  const { connection } = run;
  const [first, ...others] = errorsOf(run);
  const command = `tributary runs show ${run.id}`;
  const errors = first === undefined ? 'It left no error.' : `${told(first)}${more(others)}`;
  const figures = feedsReport
    ? 'The report goes on with the figures it has; those of this connection stand still until a run succeeds.'
    : 'No figure of the report comes from this connection; what it feeds stands still until a run succeeds.';
  switch (finding.kind) {
    case 'run_failed':
      return {
        title: `${connection}: the run failed`,
        what: errors,
        meaning: figures,
        next: first?.hint ?? 'Look at the run, then start it again.',
        command,
      };
    case 'auth':
      return {
        title: `${connection}: access was refused, a person is needed`,
        what: errors,
        meaning: `${figures} No run will succeed before access is restored.`,
        next: first?.hint ?? 'Renew the credentials.',
        command: `tributary check`,
      };
    case 'run_interrupted':
      return {
        title: `${connection}: the run was cut off`,
        what: 'The process that did it ended, or was not heard of for 90 seconds.',
        meaning: `What was committed stays, nothing is half done; the next run goes on from there. ${figures}`,
        next: `Find out why its process ended (memory, restart of the machine); then tributary sync ${connection}.`,
        command,
      };
    case 'run_partial': {
      const failed = Object.entries(run.streams).flatMap(([stream, { state }]) =>
        state === 'complete' ? [] : [stream],
      );
      return {
        title: `${connection}: ${failed.length} of ${Object.keys(run.streams).length} streams failed`,
        what: `Not complete: ${failed.join(', ') || 'none by name'}. ${errors}`,
        meaning: feedsReport
          ? 'The report has the new figures of the other streams; those of these streams stand still.'
          : 'No figure of the report comes from this connection; the tables of these streams stand still.',
        next: first?.hint ?? 'Look at the run, then start it again.',
        command,
      };
    }
    case 'schema_change':
      return {
        title: `${connection}.${finding.stream}: the columns changed`,
        what: finding.changes.map(changeText).join(' '),
        meaning: feedsReport
          ? 'Facts of the report that use a column that is gone or was left out count it as not measured.'
          : 'No figure of the report comes from this connection; whoever reads the table should know.',
        next: 'Check that the change is meant; `on_schema_change` says what shall happen with such ones.',
        command,
      };
    case 'integrity_mismatch':
      return {
        title: `${connection}: counts or contents contradict each other`,
        what: errors,
        meaning: `What does not agree was not committed. ${figures}`,
        next: first?.hint ?? 'Compare the table, or the file, with the source.',
        command,
      };
    case 'disk':
      return {
        title: `${connection}: the disk of the destination is full`,
        what: errors,
        meaning: `Nothing was lost. ${figures}`,
        next: first?.hint ?? 'Free space on the database server.',
        command,
      };
    case 'volume_anomaly': {
      const { read, usual, weeks, stream } = finding;
      return {
        title: `${connection}.${stream}: ${read < usual ? 'far fewer' : 'far more'} records than usual`,
        what: `The run read ${number(read)}; at this hour of this weekday the last ${weeks} weeks had ${number(Math.round(usual))} (median).`,
        meaning: feedsReport
          ? 'The figures of the newest days may be incomplete or doubled at the source.'
          : 'The newest rows of the table may be incomplete or doubled at the source.',
        next: 'Ask the source whether this was meant: a large campaign, a filter, a part of an export that is missing.',
        command,
      };
    }
    case 'error_budget':
    case 'quarantine_growth': {
      const { quarantined, read, used, stream } = finding;
      const isOver = run.streams[stream]?.state !== 'complete';
      return {
        title: `${connection}.${stream}: ${isOver ? 'too many records were rejected' : quarantined === 1 ? 'a record was rejected' : `${number(quarantined)} records were rejected`}`,
        what: isOver
          ? `Its error budget was used up, and the stream failed. ${errors}`
          : `${number(quarantined)} of ${number(read)} records went to quarantine: ${Math.round(used * 100)}% of the error budget.`,
        meaning: feedsReport
          ? 'What these records hold is missing in the report until they are replayed.'
          : 'What these records hold is missing in the table until they are replayed.',
        next: `Look at the reasons, correct the source or the rule, then tributary quarantine replay ${connection}.`,
        command: `tributary quarantine list ${connection}`,
      };
    }
    case 'unexpected_zero':
      return {
        title: `${connection}.${finding.stream}: nothing came in`,
        what: `The run ended well but read no record; each of the last runs read ${number(finding.usual)} or more.`,
        meaning: feedsReport
          ? 'If the source had something, the report lacks it, and its newest days look worse than they were.'
          : 'If the source had something, the table lacks it.',
        next: 'Ask the source whether there was nothing, or whether an export, a filter or a permission changed.',
        command,
      };
  }
}

function told({ stream, message }: ErrorReport): string {
  const text = message.length > LONGEST_ERROR ? `${message.slice(0, LONGEST_ERROR)}…` : message;
  return stream === undefined ? text : `Stream ${stream}: ${text}`;
}

function more(others: readonly ErrorReport[]): string {
  return others.length === 0 ? '' : ` (and ${others.length} more)`;
}

function changeText({ isApplied, added, removed, retyped, loosened }: ColumnChange): string {
  const parts = [
    ['new', added],
    ['gone', removed],
    ['of another type', retyped],
    ['now with missing values', loosened],
  ] as const;
  const text = parts.filter(([, names]) => names.length > 0).map(([word, names]) => `${word}: ${names.join(', ')}`);
  const done = isApplied ? 'The table was changed accordingly.' : 'The table was left as it is.';
  return `${text.join('; ')}. ${done}`.replace(/^./, (letter) => letter.toUpperCase());
}

const number = (value: number) => value.toLocaleString('en-US');
