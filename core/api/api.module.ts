import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ACCESS, type Access } from './access.js';
import { AccessReviewController } from './access-review.controller.js';
import { AccessGuard } from './access.guard.js';
import { AuditController } from './audit.controller.js';
import { BreakGlassController } from './break-glass.controller.js';
import { AlertsController } from './alerts.controller.js';
import { BookmarksController } from './bookmarks.controller.js';
import { BackfillsController } from './backfills.controller.js';
import { CatalogController } from './catalog.controller.js';
import { ConnectionStreamsController } from './connection-streams.controller.js';
import { ConnectionsController } from './connections.controller.js';
import { EmbedController } from './embed.controller.js';
import { HealthController } from './health.controller.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { LineageController } from './lineage.controller.js';
import { Metrics, MetricsController } from './metrics.js';
import { ApiDocument, OpenApiController } from './openapi.js';
import { NewSourcesController } from './new-sources.controller.js';
import { QuarantineController } from './quarantine.controller.js';
import { ReportController } from './report.controller.js';
import { RequestsController } from './requests.controller.js';
import { LOGIN, type Login } from './login.js';
import { LoginController } from './login.controller.js';
import { scopedServices } from './scoped-services.js';
import { RunsController } from './runs.controller.js';
import { SchedulesController } from './schedules.controller.js';

@Module({})
export class ApiModule {
  static serving(services: HostServices, access: Access, login: Login | null): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        HealthController,
        MetricsController,
        OpenApiController,
        ConnectionsController,
        ConnectionStreamsController,
        CatalogController,
        RunsController,
        LineageController,
        RequestsController,
        SchedulesController,
        AlertsController,
        AccessReviewController,
        AuditController,
        BreakGlassController,
        BackfillsController,
        BookmarksController,
        NewSourcesController,
        QuarantineController,
        EmbedController,
        ReportController,
        LoginController,
      ],
      providers: [
        { provide: HOST_SERVICES, useValue: scopedServices(services) },
        { provide: ACCESS, useValue: access },
        { provide: LOGIN, useValue: login },
        { provide: APP_GUARD, useClass: AccessGuard },
        ApiDocument,
        Metrics,
      ],
    };
  }
}
