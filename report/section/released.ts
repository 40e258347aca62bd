import { suppressionNote } from './notes.js';
import type { Section, ReleaseMark, Restatement } from './model.js';

interface ReleaseLike {
  readonly version: number;
  readonly state: ReleaseMark['state'];
  readonly published_at: string;
  readonly moved: number;
  readonly causes: Restatement['causes'];
}

type Moves = Restatement['moves'];

/** More moves are counted, not listed; `report.release_value` has them all. */
const LISTED = 100;

/** The section of a release: its state and version, what moved since the version before and why, and the earlier versions. */
export function withRelease(
  section: Section,
  release: ReleaseLike,
  moves: Moves,
  earlier: readonly ReleaseLike[],
): Section {
  const { version, state, published_at, moved, causes } = release;
  const mark: ReleaseMark = { version, state, published_at, is_live: false };
  const restatement: Restatement = { moved, moves: moves.slice(0, LISTED), causes };
  const restated =
    state === 'restated'
      ? [
          {
            title: 'Restated',
            text: restatedText(release, moves),
          },
        ]
      : [];
  const incomplete = causes
    .filter(({ kind }) => kind === 'incomplete')
    .map(({ id, sources }) => ({
      title: 'Incomplete',
      text: `The month was published although days are missing (${sources.join('; ')}): ${id}`,
    }));
  return {
    ...section,
    status: { ...section.status, state, is_held: section.status.is_held && state === 'preliminary', release: mark },
    restatement: earlier.length === 0 ? null : restatement,
    releases: [release, ...earlier].map((one) => ({
      version: one.version,
      state: one.state,
      published_at: one.published_at,
      moved: one.moved,
    })),
    notes: [
      ...incomplete,
      ...restated,
      ...suppressionNote({ ...section, status: { ...section.status, release: mark } }),
      ...section.notes,
    ],
  };
}

function restatedText({ version, causes }: ReleaseLike, moves: Moves): string {
  const totals = moves
    .filter(({ breakdown }) => breakdown === 'total')
    .map(({ figure, before, after }) => `${figure.replaceAll('_', ' ')} from ${told(before)} to ${told(after)}`);
  const runs = causes.filter(({ kind }) => kind === 'run');
  const definitions = causes.filter(({ kind }) => kind === 'definition').map(({ id }) => id);
  const files = [...new Set(runs.flatMap(({ sources }) => sources))];
  const why = [
    ...(definitions.length === 0 ? [] : [`other definitions of ${definitions.join(', ')}`]),
    ...(runs.length === 0
      ? []
      : [
          `${runs.length === 1 ? 'run' : 'runs'} ${shortList(runs.map(({ id, connection }) => `${id} of ${connection}`))}` +
            (files.length === 0 ? '' : `, which read ${shortList(files)}`),
        ]),
  ];
  return (
    `This is version ${version}; figures moved after the month was final. ` +
    (totals.length === 0 ? 'No total moved; parts of it did.' : `In all: ${totals.join('; ')}.`) +
    (why.length === 0 ? '' : ` Since the version before: ${why.join('; ')}.`)
  );
}

const told = (value: string | null): string =>
  value === null ? 'not measured' : Number(value).toLocaleString('en-US');

const SHOWN = 3;
const shortList = (items: readonly string[]): string =>
  items.slice(0, SHOWN).join(', ') + (items.length > SHOWN ? ` and ${items.length - SHOWN} more` : '');
