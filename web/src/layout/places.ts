import type { Me } from '../api/client';

interface Place {
  readonly path: string;
  readonly label: string;
  readonly needs: string;
  /** It tells of all connections, which an access to some of them does not open. */
  readonly isWhole?: boolean;
}

const PLACES: readonly Place[] = [
  { path: '/', label: 'Overview', needs: 'status:read' },
  { path: '/performance', label: 'Performance', needs: 'report:read', isWhole: true },
  { path: '/runs', label: 'Runs', needs: 'status:read' },
  { path: '/requests', label: 'Requests', needs: 'status:read' },
  { path: '/schedules', label: 'Schedules', needs: 'status:read' },
  { path: '/alerts', label: 'Alerts', needs: 'status:read' },
  { path: '/quarantine', label: 'Quarantine', needs: 'status:read' },
  { path: '/access', label: 'Access', needs: 'audit:read', isWhole: true },
  { path: '/audit', label: 'Audit', needs: 'audit:read', isWhole: true },
];

/** Whether the host would let this one do it. It decides again when it is asked; a page only spares who looks at it the refusal. */
export const may = (me: Me | undefined, permission: string): boolean =>
  me !== undefined &&
  me.permissions.includes(permission) &&
  // An access by region is to the report alone.
  (me.regions === null || permission === 'report:read');

export const placesOf = (me: Me | undefined): readonly Place[] =>
  PLACES.filter(({ needs, isWhole = false }) => may(me, needs) && !(isWhole && me?.connections !== null));
