import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { Shell } from './layout/shell';
import { AccessPage } from './pages/access';
import { AlertsPage } from './pages/alerts';
import { AuditPage } from './pages/audit';
import { BackfillPage } from './pages/backfill';
import { CatalogPage } from './pages/catalog';
import { ConnectionPage } from './pages/connection';
import { DefinitionsPage } from './pages/definitions';
import { NoReportPage } from './pages/no-report';
import { NowherePage } from './pages/nowhere';
import { FirstPage } from './pages/overview';
import { PerformancePage } from './pages/performance';
import { QuarantinePage } from './pages/quarantine';
import { ReleasesPage } from './pages/releases';
import { RequestsPage } from './pages/requests';
import { RunPage } from './pages/run';
import { RunsPage } from './pages/runs';
import { SchedulesPage } from './pages/schedules';

/** Few come here, and its form is large. */
const NewSourcePage = lazy(() => import('./pages/new-source'));

export function App() {
  return (
    <Shell>
      <Switch>
        <Route path="/">
          <FirstPage />
        </Route>
        <Route path="/connections/:name/catalog">{({ name }) => <CatalogPage key={name} name={name} />}</Route>
        <Route path="/connections/:name">{({ name }) => <ConnectionPage key={name} name={name} />}</Route>
        <Route path="/sources/new">
          <Suspense fallback={<p className="loading">Loading …</p>}>
            <NewSourcePage />
          </Suspense>
        </Route>
        <Route path="/backfills/:id">{({ id }) => <BackfillPage id={id} />}</Route>
        <Route path="/runs">
          <RunsPage />
        </Route>
        <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
        <Route path="/requests">
          <RequestsPage />
        </Route>
        <Route path="/schedules">
          <SchedulesPage />
        </Route>
        <Route path="/alerts">
          <AlertsPage />
        </Route>
        <Route path="/quarantine">
          <QuarantinePage />
        </Route>
        <Route path="/performance/definitions">
          <DefinitionsPage />
        </Route>
        <Route path="/performance/:month/releases">{({ month }) => <ReleasesPage key={month} month={month} />}</Route>
        <Route path="/access">
          <AccessPage />
        </Route>
        <Route path="/audit">
          <AuditPage />
        </Route>
        <Route path="/performance/:month?">{({ month }) => <PerformancePage month={month} />}</Route>
        <Route path="/report/:month?">{({ month }) => <NoReportPage month={month} />}</Route>
        <Route>
          <NowherePage />
        </Route>
      </Switch>
    </Shell>
  );
}
