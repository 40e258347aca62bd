import type { ConnectionSummary, HostServices } from '../api/index.js';
import { toConnectorError } from '../sdk/index.js';
import type { Settings } from '../settings/index.js';
import type { Installation } from './installation.js';
import { reportDestination } from './marts.js';
import { renderHtml } from '../../report/index.js';
import { loadMonth, loadTable, months, releases } from './monthly-report.js';
import { countQuarantine, findQuarantined, listQuarantine } from './quarantine.js';
import { previewConnectionReplay } from './replay.js';
import { resetBookmarks } from './reset-bookmarks.js';
import { catalogOf } from './catalog.js';
import { askForBackfill, repeatPart } from './backfills.js';
import { reviewAccess } from './access-review.js';
import { emergencyAccess } from './break-glass.js';
import { askForRun } from './run-requests.js';
import { scheduleStanding } from './schedules.js';
import { readLedger, readLineage } from './lineage.js';
import { newSources } from './new-sources/index.js';
import { makeLink, openLink, showView } from './shared-views.js';
import { streamBookmarks } from './stream-bookmarks.js';

export function connectionSummaries({ connections }: Settings): readonly ConnectionSummary[] {
  return Object.entries(connections).map(([name, { source, destination, schema, streams }]) => ({
    name,
    source,
    destination,
    schema,
    streams: Object.keys(streams),
  }));
}

/** What the API of a host speaks for, from its installation. */
export async function hostServices(installation: Installation, signal: AbortSignal): Promise<HostServices> {
  const { configuration } = installation;
  const { settings, scrub } = configuration;
  const { runs, requests, audit, alerts, schedules, holds, circuits, backfills } = await installation.store();
  const reasonOf = (error: unknown) => scrub(toConnectorError(error).message);
  return {
    project: settings.project.name,
    connections: connectionSummaries(settings),
    runs,
    requests,
    audit,
    breakGlass: await emergencyAccess(installation),
    accessReview: () => reviewAccess(installation, new Date()),
    alerts,
    schedules: () => scheduleStanding(settings, schedules),
    holds: () => holds.list(),
    circuits: () => circuits.list(),
    pause: (connection, pause) => holds.pause(connection, pause),
    resume: (connection) => holds.resume(connection),
    backfills,
    backfill: (connection, days, idempotencyKey) =>
      askForBackfill(installation, { connection, ...days, idempotencyKey }),
    repeatPart: (id, from) => repeatPart(installation, id, from),
    ask: (connection, idempotencyKey) => askForRun(installation, { connection, idempotencyKey }),
    async ready() {
      const reached = async (work: () => Promise<unknown>) => {
        try {
          await work();
          return 'ok';
        } catch (error) {
          return reasonOf(error);
        }
      };
      return {
        store: await reached(() => runs.list({ limit: 1 })),
        ...(settings.report === undefined
          ? {}
          : { report: await reached(() => installation.checkDestination(reportDestination(configuration), signal)) }),
      };
    },
    bookmarks: (connection) => streamBookmarks(installation, connection, signal).catch(reasonOf),
    quarantined: (connection, filter) => listQuarantine(installation, { connection, ...filter, signal }),
    quarantinedRecord: (connection, id) => findQuarantined(installation, { connection, id, signal }),
    previewReplay: (connection) =>
      previewConnectionReplay(installation, { connection, streams: [], signal, on: () => undefined }),
    catalog: (connection) => catalogOf(installation, connection, signal),
    newSources: newSources(installation, signal),
    replay: (connection, idempotencyKey) => askForRun(installation, { connection, idempotencyKey, trigger: 'replay' }),
    reset: (connection, options) => resetBookmarks(installation, { connection, ...options, signal }),
    quarantine: (connection) => countQuarantine(installation, connection, signal),
    lineage: (filter) => readLineage(installation, filter, signal),
    ledger: (connection, run) => readLedger(installation, { connection, run, signal }),
    months: async () => (await months(installation, signal)).toSorted().toReversed(),
    section: (month, look) => loadMonth(installation, { month, signal, ...look }),
    table: (month, look, table) => loadTable(installation, { month, signal, ...look, ...table }),
    ownDimensions: Object.keys(settings.report?.dimensions ?? {}),
    releases: (month) => releases(installation, signal, month),
    hasLinks: settings.report?.embed !== undefined,
    makeLink: (link) => makeLink(installation, link, signal),
    openLink: (word) => openLink(installation, word),
    showView: (view, form) => showView(installation, view, form, signal),
    embedAncestors: settings.report?.embed?.ancestors ?? [],
    page: renderHtml,
  };
}
