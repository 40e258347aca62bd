import { typeName, type Adoption, type EngineEvent, type EventListener } from '../../protocol/index.js';
import { secondsLeft } from '../run-progress.js';
import { counted, type Output } from './output.js';

/** Where no line can be overwritten, a sign of life so often. */
const SIGN_OF_LIFE_MS = 30_000;
const REDRAW_MS = 100;

/** A line that tells where a run stands, on a terminal; warnings, and a line now and then, in a pipe. */
export function progressLine(
  output: Output,
  /** True where the source's calls wait for their turn. */
  isWaiting: () => boolean = () => false,
): { readonly on: EventListener; readonly end: () => void } {
  const started = Date.now();
  let rows = 0;
  let stream = '';
  let slice = '';
  let sliceBytes: number | undefined;
  let readBytes = 0;
  /** Of all files of the stream, where they are known. */
  let files: { readonly count: number; readonly bytes: number; readonly startedAt: number } | undefined;
  let filesBegun = 0;
  let bytesBefore = 0;
  let drawn = 0;
  const text = () => {
    const seconds = (Date.now() - started) / 1000;
    const share =
      files !== undefined
        ? shareOf(files)
        : sliceBytes === undefined || sliceBytes === 0
          ? ''
          : ` ${Math.min(100, Math.floor((readBytes / sliceBytes) * 100))} %`;
    return `${[stream, slice].filter(Boolean).join(' ')}${share}: ${rows.toLocaleString('en-US')} rows, ${Math.round(rows / Math.max(seconds, 0.1)).toLocaleString('en-US')} rows/s${isWaiting() ? ', waiting for the limit of calls…' : ''}`;
  };
  const shareOf = ({ count, bytes, startedAt }: NonNullable<typeof files>) => {
    const done = Math.min(bytes, bytesBefore + readBytes);
    const left = secondsLeft(done, bytes, Date.now() - startedAt);
    const percent = bytes === 0 ? 100 : Math.floor((done / bytes) * 100);
    const time = left === undefined ? '' : `, ${durationOf(left)} left`;
    return ` (file ${filesBegun} of ${count}, ${megabytes(done)} of ${megabytes(bytes)} MB, ${percent} %${time})`;
  };
  const alive = setInterval(() => !output.isTerminal && stream !== '' && output.note(text()), SIGN_OF_LIFE_MS).unref();
  // Nothing else happens while all calls wait.
  const ticking = setInterval(() => isWaiting() && redraw(true), 1_000).unref();
  const redraw = (force: boolean) => {
    if (stream === '') return;
    if (!force && Date.now() - drawn < REDRAW_MS) return;
    drawn = Date.now();
    output.progress(text());
  };
  return {
    on(event: EngineEvent) {
      if (event.type === 'stream_started') {
        ({ stream } = event);
        files = undefined;
      }
      if (event.type === 'files_listed') {
        files = { count: event.files, bytes: event.bytes, startedAt: Date.now() };
        filesBegun = 0;
        bytesBefore = 0;
        sliceBytes = undefined;
        slice = '';
        readBytes = 0;
      }
      if (event.type === 'slice_started') {
        // What failed and begins again is no further file.
        if (event.slice !== slice) {
          filesBegun += 1;
          bytesBefore += sliceBytes ?? 0;
        }
        ({ slice, bytes: sliceBytes } = event);
        readBytes = 0;
      }
      if (event.type === 'batch_staged') {
        rows += event.rows;
        readBytes = event.sourceBytes;
      }
      if (event.type === 'warning')
        output.note(`warning${event.stream === undefined ? '' : ` (${event.stream})`}: ${event.message}`);
      if (event.type === 'table_adopted') output.note(`adopted ${adoptionSentence(event)}`);
      if (event.type === 'schema_changed') output.note(`schema of ${event.stream} changed: ${describe(event.change)}`);
      if (event.type !== 'run_ended' && event.type !== 'warning') redraw(event.type !== 'batch_staged');
    },
    end() {
      clearInterval(alive);
      clearInterval(ticking);
      output.progress('');
    },
  };
}

/** `raw.sends with its 1,200 rows; added: "_run_id" uuid; left to their defaults: note`. */
export function adoptionSentence({ table, rows, added, index, kept }: Adoption): string {
  return [
    `${table} with its ${counted(rows, 'row')}`,
    ...(added.length === 0 ? [] : [`added: ${added.join(', ')}`]),
    ...(index === undefined ? [] : [`made: ${index}`]),
    ...(kept.length === 0 ? [] : [`left to their defaults: ${kept.join(', ')}`]),
  ].join('; ');
}

const megabytes = (bytes: number) => (bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 });

function durationOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function describe({
  added,
  removed,
  retyped,
  loosened,
}: Extract<EngineEvent, { type: 'schema_changed' }>['change']): string {
  return [
    ...added.map(({ name, type }) => `+ ${name} (${type})`),
    ...removed.map((name) => `- ${name}`),
    ...retyped.map(({ name, from, to }) => `${name}: ${typeName(from)} → ${typeName(to)}`),
    ...loosened.map((name) => `${name}: may be null`),
  ].join(', ');
}
