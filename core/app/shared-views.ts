import { renderFragment, renderFramed, sharedBody, tablesOfPart, type ReportTable } from '../../report/index.js';
import { newLinkId, openView, sealView, type SharedView } from '../security/index.js';
import { ConnectorError } from '../sdk/index.js';
import { durationMs } from '../settings/index.js';
import type { Installation } from './installation.js';
import { loadMonth, loadTable } from './monthly-report.js';

export interface NewLink {
  readonly month: string;
  readonly release?: number | undefined;
  readonly filter: Readonly<Record<string, string>>;
  /** A duration. */
  readonly expires: string;
}

export interface MadeLink {
  readonly view: SharedView;
  /** Below the address of the host. */
  readonly path: string;
}

const LONGEST_MS = 400 * 86_400_000;
/** More rows of a part are counted, not listed. */
const ROWS = 100;

function embedOf({ configuration }: Installation) {
  const { embed } = configuration.settings.report ?? {};
  if (embed !== undefined) return embed;
  throw new ConnectorError('config', 'The configuration lets no other page show the report.', {
    hint: 'Give `report.embed` with `key` and `ancestors`; see docs/guides/share-the-report.md.',
  });
}

/** Makes a link to what is there; what it shows is fixed in it. */
export async function makeLink(
  installation: Installation,
  { month, release, filter, expires }: NewLink,
  signal: AbortSignal,
): Promise<MadeLink> {
  const { key } = embedOf(installation);
  const ms = durationMs(expires);
  if (ms <= 0 || ms > LONGEST_MS)
    throw new ConnectorError('config', 'A link expires after 400 days at most.', { hint: 'For example `30d`.' });
  const view: SharedView = {
    id: newLinkId(),
    month,
    ...(release === undefined ? {} : { release }),
    filter,
    expiresAt: new Date(Date.now() + ms).toISOString(),
  };
  await bodyOf(installation, view, signal);
  return { view, path: `/embed/${sealView(key, view)}` };
}

/** Undefined where the word of a link was not made here. */
export function openLink(installation: Installation, word: string): SharedView | undefined {
  const { embed } = installation.configuration.settings.report ?? {};
  return embed === undefined ? undefined : openView(embed.key, word);
}

/** What a view shows: a page for a frame, or a piece of one. */
export async function showView(
  installation: Installation,
  view: SharedView,
  form: 'page' | 'fragment',
  signal: AbortSignal,
): Promise<{ readonly html: string; readonly policy: string }> {
  const body = await bodyOf(installation, view, signal);
  return form === 'fragment' ? { html: renderFragment(body), policy: '' } : renderFramed(body);
}

async function bodyOf(installation: Installation, { month, release, filter }: SharedView, signal: AbortSignal) {
  const section = await loadMonth(installation, { month, release, signal });
  if (Object.keys(filter).length === 0) return sharedBody(section);
  const names = tablesOfPart(section.tables, filter);
  if (names.length === 0)
    throw new ConnectorError(
      'config',
      `No table of ${month} is broken down by just ${Object.keys(filter).join(', ')}.`,
      {
        hint: 'A link may be narrowed to a campaign (source and campaign_id), region, segment, channel, or region and segment.',
      },
    );
  const tables: ReportTable[] = [];
  for (const table of names)
    tables.push(await loadTable(installation, { month, release, signal, table, filter, limit: ROWS }));
  if (tables[0]!.rows.length === 0)
    throw new ConnectorError('config', `${month} has nothing for ${Object.values(filter).join(', ')}.`, {
      hint: 'Write it as the report does.',
    });
  return sharedBody(section, { filter, tables });
}
