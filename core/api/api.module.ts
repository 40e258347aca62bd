import { Module, type DynamicModule } from '@nestjs/common';
import { AlertsController } from './alerts.controller.js';
import { BackfillsController } from './backfills.controller.js';
import { ConnectionStreamsController } from './connection-streams.controller.js';
import { ConnectionsController } from './connections.controller.js';
import { HealthController } from './health.controller.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { LineageController } from './lineage.controller.js';
import { Metrics, MetricsController } from './metrics.js';
import { ApiDocument, OpenApiController } from './openapi.js';
import { ReportController } from './report.controller.js';
import { RequestsController } from './requests.controller.js';
import { RunsController } from './runs.controller.js';
import { SchedulesController } from './schedules.controller.js';

@Module({})
export class ApiModule {
  static serving(services: HostServices): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        HealthController,
        MetricsController,
        OpenApiController,
        ConnectionsController,
        ConnectionStreamsController,
        RunsController,
        LineageController,
        RequestsController,
        SchedulesController,
        AlertsController,
        BackfillsController,
        ReportController,
      ],
      providers: [{ provide: HOST_SERVICES, useValue: services }, ApiDocument, Metrics],
    };
  }
}
