import { AsyncLocalStorage } from 'node:async_hooks';
import { ForbiddenException, NotFoundException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { withinRegions } from '../../report/index.js';
import type { Principal } from '../security/index.js';
import type { HostServices } from './host-services.js';

/** Who asks, for as long as a request is answered; known once the guard has let it pass. */
const asking = new AsyncLocalStorage<{ principal?: Principal }>();

/** Must come before every route. */
export const withinRequest = (_request: Request, _response: Response, next: NextFunction): void => asking.run({}, next);

export function knowPrincipal(principal: Principal): void {
  const store = asking.getStore();
  if (store === undefined) throw new Error('The guard is outside of a request.');
  store.principal = principal;
}

/** The services as who asks may see them: what belongs to another connection is as if it were not there. */
export function scopedServices(services: HostServices): HostServices {
  const scope = (): readonly string[] | undefined => asking.getStore()?.principal?.connections;
  const isVisible = (connection: string): boolean => scope()?.includes(connection) ?? true;
  const visible = <T extends { readonly connection?: string }>(one: T | undefined): T | undefined =>
    one === undefined || scope() === undefined || (one.connection !== undefined && isVisible(one.connection))
      ? one
      : undefined;
  const within = (): { readonly within?: readonly string[] } => {
    const connections = scope();
    return connections === undefined ? {} : { within: connections };
  };
  const byName = <T>(all: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => isVisible(name)));
  const its = (connection: string): string => {
    if (!isVisible(connection)) throw new NotFoundException(`There is no connection "${connection}".`);
    return connection;
  };
  const whole = (what: string): void => {
    const connections = scope();
    if (connections !== undefined)
      throw new ForbiddenException(`This access is to ${connections.join(', ')} only; ${what} all connections.`);
  };
  const itsRegions = (): readonly string[] | undefined => asking.getStore()?.principal?.regions;
  const allRegions = (what: string): void => {
    const regions = itsRegions();
    if (regions !== undefined)
      throw new ForbiddenException(
        `This access is to the region ${regions.join(', ')} only; ${what} is told over all.`,
      );
  };
  const report = 'the report shows figures of';
  const emergencies = 'who took emergency access could see records of';
  const { runs, requests, audit, alerts, backfills, breakGlass } = services;
  return {
    ...services,
    get connections() {
      return services.connections.filter(({ name }) => isVisible(name));
    },
    runs: {
      ...runs,
      list: (filter) => runs.list({ ...filter, ...within() }),
      get: async (id) => visible(await runs.get(id)),
      events: async (id, after, limit) =>
        visible(await runs.get(id)) === undefined ? [] : runs.events(id, after, limit),
      schemaChanges: (connection, limit) => runs.schemaChanges(its(connection), limit),
      lastByConnection: async (connection) => byName(await runs.lastByConnection(connection)),
      lastSuccesses: async () => byName(await runs.lastSuccesses()),
      totals: async () => (await runs.totals()).filter(({ connection }) => isVisible(connection)),
    },
    requests: {
      list: (filter) => requests.list({ ...filter, ...within() }),
      get: async (id) => visible(await requests.get(id)),
      cancel: async (id) => (visible(await requests.get(id)) === undefined ? undefined : requests.cancel(id)),
    },
    audit: { list: async (filter) => (whole('the audit log tells of'), audit.list(filter)) },
    accessReview: async () => (whole('who may do what is told of'), services.accessReview()),
    breakGlass: {
      ...breakGlass,
      list: async () => (whole(emergencies), breakGlass.list()),
      review: async (id, by) => (whole(emergencies), breakGlass.review(id, by)),
    },
    alerts: {
      ...alerts,
      incidents: (filter) => alerts.incidents({ ...filter, ...within() }),
      find: async (text) => (await alerts.find(text)).filter((one) => visible(one) !== undefined),
    },
    backfills: {
      get: async (id) => visible(await backfills.get(id)),
      cancel: async (id) => (visible(await backfills.get(id)) === undefined ? undefined : backfills.cancel(id)),
    },
    repeatPart: async (id, from) =>
      visible(await backfills.get(id)) === undefined ? undefined : services.repeatPart(id, from),
    ask: (connection, key) => services.ask(its(connection), key),
    backfill: (connection, days, key) => services.backfill(its(connection), days, key),
    bookmarks: (connection) => services.bookmarks(its(connection)),
    quarantine: (connection) => services.quarantine(its(connection)),
    quarantined: (connection, filter) => services.quarantined(its(connection), filter),
    quarantinedRecord: (connection, id) => services.quarantinedRecord(its(connection), id),
    previewReplay: (connection) => services.previewReplay(its(connection)),
    catalog: (connection) => services.catalog(its(connection)),
    get newSources() {
      whole('a new source is beside');
      return services.newSources;
    },
    replay: (connection, key) => services.replay(its(connection), key),
    reset: (connection, options) => services.reset(its(connection), options),
    lineage: (filter) => services.lineage({ ...filter, connection: its(filter.connection) }),
    ledger: (connection, run) => services.ledger(its(connection), run),
    pause: (connection, pause) => services.pause(its(connection), pause),
    resume: (connection) => services.resume(its(connection)),
    schedules: async () => byName(await services.schedules()),
    holds: async () => byName(await services.holds()),
    months: async () => (whole(report), services.months()),
    section: async (month, look) => {
      whole(report);
      const section = await services.section(month, look);
      const regions = itsRegions();
      return regions === undefined ? section : withinRegions(section, regions);
    },
    table: async (month, look, wanted) => {
      whole(report);
      const regions = itsRegions();
      if (regions === undefined) return services.table(month, look, wanted);
      const { region } = wanted.filter;
      if (region !== undefined && !regions.includes(region))
        throw new ForbiddenException(`This access is to the region ${regions.join(', ')} only.`);
      const asked = region === undefined ? regions : [region];
      const tables = await Promise.all(
        asked.map((one) => services.table(month, look, { ...wanted, filter: { ...wanted.filter, region: one } })),
      );
      return {
        ...tables[0]!,
        rows: tables.flatMap(({ rows }) => rows).slice(0, wanted.limit),
        rows_found: tables.reduce((sum, { rows_found }) => sum + rows_found, 0),
      };
    },
    makeLink: async (link) => (whole(report), allRegions('a link'), services.makeLink(link)),
    releases: async (month) => (whole(report), allRegions('what moved in a release'), services.releases(month)),
  };
}
