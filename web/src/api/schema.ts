// Generated from the OpenAPI document by `npm run build`. Do not edit.
export interface paths {
    "/api/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["AccessReview_review"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Alerts_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Alerts_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Alerts_acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backfills/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Backfills_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backfills/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Backfills_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backfills/{id}/parts/{from}/repeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Backfills_repeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/break-glass": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["BreakGlass_list"];
        put?: never;
        post: operations["BreakGlass_open"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/break-glass/{id}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["BreakGlass_review"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/break-glass/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["BreakGlass_end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Connections_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Connections_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/backfill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Backfills_ask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Catalog_catalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/lineage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Lineage_ofConnection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Connections_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Quarantine_count"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/quarantine/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Quarantine_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/quarantine/records/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Quarantine_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/quarantine/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Quarantine_preview"];
        put?: never;
        post: operations["Quarantine_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Bookmarks_preview"];
        put?: never;
        post: operations["Bookmarks_apply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Connections_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Requests_ask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/schema-changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Catalog_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connections/{name}/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ConnectionStreams_streams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["NewSources_connectors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Login_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/new-sources/{name}/add": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["NewSources_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/new-sources/{name}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["NewSources_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/new-sources/{name}/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["NewSources_streams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/new-sources/{name}/yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["NewSources_yaml"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["OpenApi_document"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Report_months"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/report/{month}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Report_section"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/report/{month}/charts/{chart}/{form}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Report_chart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/report/{month}/export/{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Report_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/report/{month}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Embed_make"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/report/{month}/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Report_releases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/report/{month}/tables/{table}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Report_table"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Requests_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Requests_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/requests/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Requests_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Runs_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Runs_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Runs_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Lineage_ledger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/lineage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Lineage_ofRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Runs_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Runs_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Schedules_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/embed/{link}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Embed_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/embed/{link}/fragment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Embed_fragment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Health_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Login_begin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Login_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Login_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Metrics_scrape"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Report_latest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/report/{month}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Report_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tributary-report.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Embed_element"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    AccessReview_review: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tokens, people and accounts with what each may do and did, and what to look at. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What the configuration gives to people of a group. */
                        groups: {
                            /** @description Null: all. */
                            connections: string[] | null;
                            group: string;
                            /** @description What to look at, such as a region that no figure has. */
                            notes: string[];
                            /** @description Null: all. */
                            regions: string[] | null;
                            roles: string[];
                        }[];
                        reviewed: {
                            acts: {
                                action: string;
                                last_at: string;
                                times: number;
                            }[];
                            /** @description Null: all. */
                            connections: string[] | null;
                            /** @description Null: a person's login ends by itself, and comes again. */
                            expires_at: string | null;
                            /**
                             * @description `machine`: an account that uses the command line, which asks for no role.
                             * @enum {string}
                             */
                            kind: "token" | "person" | "machine";
                            last_seen_at: string | null;
                            name: string;
                            /** @description What to look at, such as a region that no figure has. */
                            notes: string[];
                            permissions: string[];
                            /** @description Null: all. */
                            regions: string[] | null;
                            roles: string[];
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Alerts_list: {
        parameters: {
            query?: {
                connection?: string;
                /** @description The `next` of the page before. */
                cursor?: string;
                kind?: "run_failed" | "run_partial" | "run_interrupted" | "auth" | "schema_change" | "quarantine_growth" | "unexpected_zero" | "volume_anomaly" | "error_budget" | "integrity_mismatch" | "disk" | "late" | "stale_data" | "request_failed" | "worker_lost" | "release_restated" | "break_glass";
                limit?: number;
                /** @description `true`: those that are not over; `false`: those that are. */
                open?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Open alerts first, then the latest; `next` is the `cursor` of the page after. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        alerts: {
                            acknowledged: {
                                /** Format: date-time */
                                at: string;
                                by: string;
                            } | null;
                            command: string;
                            /** @description Null where it is about a host or a worker. */
                            connection: string | null;
                            deliveries: {
                                /** @enum {string} */
                                action: "trigger" | "resolve";
                                /** Format: date-time */
                                at: string;
                                attempt: number;
                                channel: string;
                                error: string | null;
                                escalates: boolean;
                                /** @enum {string} */
                                state: "waiting" | "sent" | "refused" | "given_up" | "dropped";
                            }[];
                            /** Format: uuid */
                            id: string;
                            /** @description Of connection, kind and stream, worker or host; one alert of a key is open at a time. */
                            key: string;
                            /** @enum {string} */
                            kind: "run_failed" | "run_partial" | "run_interrupted" | "auth" | "schema_change" | "quarantine_growth" | "unexpected_zero" | "volume_anomaly" | "error_budget" | "integrity_mismatch" | "disk" | "late" | "stale_data" | "request_failed" | "worker_lost" | "release_restated" | "break_glass";
                            /** Format: date-time */
                            last_seen_at: string;
                            meaning: string;
                            next: string;
                            /** Format: date-time */
                            opened_at: string;
                            resolved_at: string | null;
                            /** @description That showed it; null where none did. */
                            run: string | null;
                            /** @enum {string} */
                            severity: "critical" | "error" | "warning" | "info";
                            stream: string | null;
                            /** @description In how many runs it was seen. */
                            times: number;
                            title: string;
                            what: string;
                        }[];
                        next: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Alerts_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One alert with what became of its messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        acknowledged: {
                            /** Format: date-time */
                            at: string;
                            by: string;
                        } | null;
                        command: string;
                        /** @description Null where it is about a host or a worker. */
                        connection: string | null;
                        deliveries: {
                            /** @enum {string} */
                            action: "trigger" | "resolve";
                            /** Format: date-time */
                            at: string;
                            attempt: number;
                            channel: string;
                            error: string | null;
                            escalates: boolean;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "refused" | "given_up" | "dropped";
                        }[];
                        /** Format: uuid */
                        id: string;
                        /** @description Of connection, kind and stream, worker or host; one alert of a key is open at a time. */
                        key: string;
                        /** @enum {string} */
                        kind: "run_failed" | "run_partial" | "run_interrupted" | "auth" | "schema_change" | "quarantine_growth" | "unexpected_zero" | "volume_anomaly" | "error_budget" | "integrity_mismatch" | "disk" | "late" | "stale_data" | "request_failed" | "worker_lost" | "release_restated" | "break_glass";
                        /** Format: date-time */
                        last_seen_at: string;
                        meaning: string;
                        next: string;
                        /** Format: date-time */
                        opened_at: string;
                        resolved_at: string | null;
                        /** @description That showed it; null where none did. */
                        run: string | null;
                        /** @enum {string} */
                        severity: "critical" | "error" | "warning" | "info";
                        stream: string | null;
                        /** @description In how many runs it was seen. */
                        times: number;
                        title: string;
                        what: string;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Alerts_acknowledge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Somebody has seen it, and it is not escalated any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        acknowledged: {
                            /** Format: date-time */
                            at: string;
                            by: string;
                        } | null;
                        command: string;
                        /** @description Null where it is about a host or a worker. */
                        connection: string | null;
                        deliveries: {
                            /** @enum {string} */
                            action: "trigger" | "resolve";
                            /** Format: date-time */
                            at: string;
                            attempt: number;
                            channel: string;
                            error: string | null;
                            escalates: boolean;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "refused" | "given_up" | "dropped";
                        }[];
                        /** Format: uuid */
                        id: string;
                        /** @description Of connection, kind and stream, worker or host; one alert of a key is open at a time. */
                        key: string;
                        /** @enum {string} */
                        kind: "run_failed" | "run_partial" | "run_interrupted" | "auth" | "schema_change" | "quarantine_growth" | "unexpected_zero" | "volume_anomaly" | "error_budget" | "integrity_mismatch" | "disk" | "late" | "stale_data" | "request_failed" | "worker_lost" | "release_restated" | "break_glass";
                        /** Format: date-time */
                        last_seen_at: string;
                        meaning: string;
                        next: string;
                        /** Format: date-time */
                        opened_at: string;
                        resolved_at: string | null;
                        /** @description That showed it; null where none did. */
                        run: string | null;
                        /** @enum {string} */
                        severity: "critical" | "error" | "warning" | "info";
                        stream: string | null;
                        /** @description In how many runs it was seen. */
                        times: number;
                        title: string;
                        what: string;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Audit_list: {
        parameters: {
            query?: {
                /** @description As `requests.ask`. */
                action?: string;
                /** @description As entries name it: `token:NAME`, a mail address, `USER@MACHINE`. */
                actor?: string;
                /** @description The `next` of the page before. */
                cursor?: string;
                limit?: number;
                /** @description A connection, a run, a month. */
                object?: string;
                outcome?: "allowed" | "denied" | "failed";
                /** @description From this day or instant on. */
                since?: string;
                /** @description Before this day or instant. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The latest entries first; `next` is the `cursor` of the page after. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entries: {
                            action: string;
                            actor: string;
                            /** Format: date-time */
                            at: string;
                            detail: {
                                [key: string]: unknown;
                            };
                            /** @description Over this entry and all before it. */
                            hash: string;
                            object: string;
                            /** @enum {string} */
                            outcome: "allowed" | "denied" | "failed";
                            /** @description Counts from 1 without gaps. */
                            seq: number;
                        }[];
                        next: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Backfills_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How a backfill and its parts stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        /** @description Parts that succeeded. */
                        done: number;
                        /** @description The first day that is read. */
                        from: string;
                        /** Format: uuid */
                        id: string;
                        parts: {
                            attempt: number;
                            error?: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            from: string;
                            /** Format: uuid */
                            request: string;
                            run?: string;
                            /** @enum {string} */
                            state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
                            to: string;
                        }[];
                        /** Format: date-time */
                        requested_at: string;
                        /** @enum {string} */
                        state: "running" | "succeeded" | "failed" | "cancelled";
                        /** @description The last day that is read. */
                        to: string;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Backfills_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled, or its workers will be told. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        /** @description Parts that succeeded. */
                        done: number;
                        /** @description The first day that is read. */
                        from: string;
                        /** Format: uuid */
                        id: string;
                        parts: {
                            attempt: number;
                            error?: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            from: string;
                            /** Format: uuid */
                            request: string;
                            run?: string;
                            /** @enum {string} */
                            state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
                            to: string;
                        }[];
                        /** Format: date-time */
                        requested_at: string;
                        /** @enum {string} */
                        state: "running" | "succeeded" | "failed" | "cancelled";
                        /** @description The last day that is read. */
                        to: string;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Backfills_repeat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                from: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The failed part that begins on this day is asked for once more. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        /** @description Parts that succeeded. */
                        done: number;
                        /** @description The first day that is read. */
                        from: string;
                        /** Format: uuid */
                        id: string;
                        parts: {
                            attempt: number;
                            error?: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            from: string;
                            /** Format: uuid */
                            request: string;
                            run?: string;
                            /** @enum {string} */
                            state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
                            to: string;
                        }[];
                        /** Format: date-time */
                        requested_at: string;
                        /** @enum {string} */
                        state: "running" | "succeeded" | "failed" | "cancelled";
                        /** @description The last day that is read. */
                        to: string;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    BreakGlass_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who took emergency access, the latest first, a hundred at most. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accesses: {
                            actor: string;
                            ended_at: string | null;
                            /** @description Null where it ended by itself, or is open. */
                            ended_by: string | null;
                            /** Format: date-time */
                            expires_at: string;
                            id: string;
                            /** Format: date-time */
                            opened_at: string;
                            reason: string;
                            reviewed_at: string | null;
                            /** @description Somebody else, once it was over. */
                            reviewed_by: string | null;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    BreakGlass_open: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A duration like 30m, at most `access.break_glass.longest`. */
                    for: string;
                    /** @description For those who review it; name no member. */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description It is open. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        actor: string;
                        ended_at: string | null;
                        /** @description Null where it ended by itself, or is open. */
                        ended_by: string | null;
                        /** Format: date-time */
                        expires_at: string;
                        id: string;
                        /** Format: date-time */
                        opened_at: string;
                        reason: string;
                        reviewed_at: string | null;
                        /** @description Somebody else, once it was over. */
                        reviewed_by: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    BreakGlass_review: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is reviewed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        actor: string;
                        ended_at: string | null;
                        /** @description Null where it ended by itself, or is open. */
                        ended_by: string | null;
                        /** Format: date-time */
                        expires_at: string;
                        id: string;
                        /** Format: date-time */
                        opened_at: string;
                        reason: string;
                        reviewed_at: string | null;
                        /** @description Somebody else, once it was over. */
                        reviewed_by: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    BreakGlass_end: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description That of who asks is over. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accesses: {
                            actor: string;
                            ended_at: string | null;
                            /** @description Null where it ended by itself, or is open. */
                            ended_by: string | null;
                            /** Format: date-time */
                            expires_at: string;
                            id: string;
                            /** Format: date-time */
                            opened_at: string;
                            reason: string;
                            reviewed_at: string | null;
                            /** @description Somebody else, once it was over. */
                            reviewed_by: string | null;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Connections_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every connection with its state and last run. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connections: ({
                            action_required: {
                                error: {
                                    /**
                                     * @description What exactly, within its kind.
                                     * @enum {string}
                                     */
                                    fault?: "integrity" | "disk_full" | "permission";
                                    hint?: string;
                                    kind: string;
                                    message: string;
                                    slice?: string;
                                    stream?: string;
                                };
                                /** Format: uuid */
                                request: string;
                                /** Format: date-time */
                                since: string;
                            } | null;
                            /** @description Where its source failed too often in a row: requests wait, and one tries again at `probe_at`. */
                            circuit: {
                                error: {
                                    /**
                                     * @description What exactly, within its kind.
                                     * @enum {string}
                                     */
                                    fault?: "integrity" | "disk_full" | "permission";
                                    hint?: string;
                                    kind: string;
                                    message: string;
                                    slice?: string;
                                    stream?: string;
                                };
                                failures: number;
                                /** Format: date-time */
                                opened_at: string;
                                /** Format: date-time */
                                probe_at: string;
                            } | null;
                            destination: string;
                            last_run: {
                                /** @description To APIs; absent while it runs and where there were none. */
                                calls?: {
                                    /** @description What Tributary keeps to. */
                                    budget?: {
                                        per: string;
                                        requests: number;
                                    };
                                    host: string;
                                    /** @description What the API says that it allows in a window. */
                                    limit?: number;
                                    /** @description Of those, since there were too many. */
                                    refused: number;
                                    /** @description What was left of it after the last answer; others use it too. */
                                    remaining?: number;
                                    /** @description Every one that went out, repeated ones and logins too. */
                                    sent: number;
                                    /** @description The quota under which the API counts them; absent: the common one. */
                                    share?: string;
                                }[];
                                connection: string;
                                /** Format: date-time */
                                ended_at?: string;
                                error?: {
                                    /**
                                     * @description What exactly, within its kind.
                                     * @enum {string}
                                     */
                                    fault?: "integrity" | "disk_full" | "permission";
                                    hint?: string;
                                    kind: string;
                                    message: string;
                                    slice?: string;
                                    stream?: string;
                                };
                                exit_code?: number;
                                /** Format: date-time */
                                heartbeat_at: string;
                                id: string;
                                owner: {
                                    host: string;
                                    pid: number;
                                    started: string;
                                };
                                /** Format: date-time */
                                started_at: string;
                                /** @enum {string} */
                                state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "interrupted";
                                streams: {
                                    [key: string]: {
                                        error?: {
                                            /**
                                             * @description What exactly, within its kind.
                                             * @enum {string}
                                             */
                                            fault?: "integrity" | "disk_full" | "permission";
                                            hint?: string;
                                            kind: string;
                                            message: string;
                                            slice?: string;
                                            stream?: string;
                                        };
                                        /** @description How its expectations ended; absent: it has none. */
                                        expectations?: {
                                            /** @description Records that broke it; 1 where a stream as a whole did. */
                                            broken: number;
                                            found?: string;
                                            rule: string;
                                            /** @enum {string} */
                                            severity: "quarantine" | "warn" | "fail";
                                        }[];
                                        ledger: {
                                            [key: string]: number;
                                        };
                                        /** @enum {string} */
                                        state: "pending" | "reading" | "complete" | "failed" | "skipped";
                                        /** @description How often each step of the chain has acted, such as `map.where(…)`; absent: none has. */
                                        steps?: {
                                            [key: string]: number;
                                        };
                                    };
                                };
                                /** @description Of its spans, where traces are sent. */
                                trace_id?: string;
                                trigger: string;
                            } | null;
                            last_success: string | null;
                            name: string;
                            /** @description Null where it has no schedule, follows another connection, or is held. */
                            next_slot: string | null;
                            /** @description What a person can do about the state. */
                            next_step: string | null;
                            paused: {
                                by: string;
                                reason: string | null;
                                /** Format: date-time */
                                since: string;
                                until: string | null;
                            } | null;
                            /** @description As the configuration says it. */
                            schedule: {
                                [key: string]: unknown;
                            } | null;
                            schema: string;
                            source: string;
                            /** @enum {string} */
                            state: "on_time" | "late" | "failing" | "action_required" | "paused" | "never_run";
                            streams: string[];
                        } & {
                            [key: string]: unknown;
                        })[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Connections_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One connection with its state and last run. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        action_required: {
                            error: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            /** Format: uuid */
                            request: string;
                            /** Format: date-time */
                            since: string;
                        } | null;
                        /** @description Where its source failed too often in a row: requests wait, and one tries again at `probe_at`. */
                        circuit: {
                            error: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            failures: number;
                            /** Format: date-time */
                            opened_at: string;
                            /** Format: date-time */
                            probe_at: string;
                        } | null;
                        destination: string;
                        last_run: {
                            /** @description To APIs; absent while it runs and where there were none. */
                            calls?: {
                                /** @description What Tributary keeps to. */
                                budget?: {
                                    per: string;
                                    requests: number;
                                };
                                host: string;
                                /** @description What the API says that it allows in a window. */
                                limit?: number;
                                /** @description Of those, since there were too many. */
                                refused: number;
                                /** @description What was left of it after the last answer; others use it too. */
                                remaining?: number;
                                /** @description Every one that went out, repeated ones and logins too. */
                                sent: number;
                                /** @description The quota under which the API counts them; absent: the common one. */
                                share?: string;
                            }[];
                            connection: string;
                            /** Format: date-time */
                            ended_at?: string;
                            error?: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            exit_code?: number;
                            /** Format: date-time */
                            heartbeat_at: string;
                            id: string;
                            owner: {
                                host: string;
                                pid: number;
                                started: string;
                            };
                            /** Format: date-time */
                            started_at: string;
                            /** @enum {string} */
                            state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "interrupted";
                            streams: {
                                [key: string]: {
                                    error?: {
                                        /**
                                         * @description What exactly, within its kind.
                                         * @enum {string}
                                         */
                                        fault?: "integrity" | "disk_full" | "permission";
                                        hint?: string;
                                        kind: string;
                                        message: string;
                                        slice?: string;
                                        stream?: string;
                                    };
                                    /** @description How its expectations ended; absent: it has none. */
                                    expectations?: {
                                        /** @description Records that broke it; 1 where a stream as a whole did. */
                                        broken: number;
                                        found?: string;
                                        rule: string;
                                        /** @enum {string} */
                                        severity: "quarantine" | "warn" | "fail";
                                    }[];
                                    ledger: {
                                        [key: string]: number;
                                    };
                                    /** @enum {string} */
                                    state: "pending" | "reading" | "complete" | "failed" | "skipped";
                                    /** @description How often each step of the chain has acted, such as `map.where(…)`; absent: none has. */
                                    steps?: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            /** @description Of its spans, where traces are sent. */
                            trace_id?: string;
                            trigger: string;
                        } | null;
                        last_success: string | null;
                        name: string;
                        /** @description Null where it has no schedule, follows another connection, or is held. */
                        next_slot: string | null;
                        /** @description What a person can do about the state. */
                        next_step: string | null;
                        paused: {
                            by: string;
                            reason: string | null;
                            /** Format: date-time */
                            since: string;
                            until: string | null;
                        } | null;
                        /** @description As the configuration says it. */
                        schedule: {
                            [key: string]: unknown;
                        } | null;
                        schema: string;
                        source: string;
                        /** @enum {string} */
                        state: "on_time" | "late" | "failing" | "action_required" | "paused" | "never_run";
                        streams: string[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Backfills_ask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date
                     * @description A whole day, which is read.
                     */
                    from: string;
                    /**
                     * Format: date
                     * @description A whole day, which is read.
                     */
                    to: string;
                };
            };
        };
        responses: {
            /** @description The backfill is asked for; workers carry out its parts. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        url: string;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Catalog_catalog: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The streams that the source of the connection offers now, with their columns. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        streams: {
                            cursor: string | null;
                            fields: {
                                description: string | null;
                                /** @description It tells who a person is: it lands only where `protect` says how. */
                                is_personal: boolean;
                                name: string;
                                nullable: boolean;
                                type: string;
                            }[];
                            /** @description The connection reads it. */
                            is_read: boolean;
                            primary_key: string[];
                            stream: string;
                            summary: string;
                            sync_modes: string[];
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Lineage_ofConnection: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                limit?: number;
                stream?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Files and windows that fed the tables of a connection, the latest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        lineage: {
                            bytes: number | null;
                            /** @description SHA-256 of the file as it lay there. */
                            checksum: string | null;
                            /** Format: date-time */
                            committed_at: string;
                            id: number;
                            /** @enum {string} */
                            kind: "file" | "window";
                            /** @description Records that were read from it. */
                            records: number;
                            run: string;
                            slice: string;
                            /** @description The name of the file, or the window. */
                            source: string;
                            stream: string;
                            /** @description Of a destination of files: the manifest of what was delivered. */
                            table: string;
                            /** @description Of a file: what tells its versions apart where it lies. */
                            version: string | null;
                        }[];
                        next: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Connections_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason?: string;
                    /**
                     * Format: date-time
                     * @description It ends by itself then. Absent: when it is resumed.
                     */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description Its schedule rests; what runs goes on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        action_required: {
                            error: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            /** Format: uuid */
                            request: string;
                            /** Format: date-time */
                            since: string;
                        } | null;
                        /** @description Where its source failed too often in a row: requests wait, and one tries again at `probe_at`. */
                        circuit: {
                            error: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            failures: number;
                            /** Format: date-time */
                            opened_at: string;
                            /** Format: date-time */
                            probe_at: string;
                        } | null;
                        destination: string;
                        last_run: {
                            /** @description To APIs; absent while it runs and where there were none. */
                            calls?: {
                                /** @description What Tributary keeps to. */
                                budget?: {
                                    per: string;
                                    requests: number;
                                };
                                host: string;
                                /** @description What the API says that it allows in a window. */
                                limit?: number;
                                /** @description Of those, since there were too many. */
                                refused: number;
                                /** @description What was left of it after the last answer; others use it too. */
                                remaining?: number;
                                /** @description Every one that went out, repeated ones and logins too. */
                                sent: number;
                                /** @description The quota under which the API counts them; absent: the common one. */
                                share?: string;
                            }[];
                            connection: string;
                            /** Format: date-time */
                            ended_at?: string;
                            error?: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            exit_code?: number;
                            /** Format: date-time */
                            heartbeat_at: string;
                            id: string;
                            owner: {
                                host: string;
                                pid: number;
                                started: string;
                            };
                            /** Format: date-time */
                            started_at: string;
                            /** @enum {string} */
                            state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "interrupted";
                            streams: {
                                [key: string]: {
                                    error?: {
                                        /**
                                         * @description What exactly, within its kind.
                                         * @enum {string}
                                         */
                                        fault?: "integrity" | "disk_full" | "permission";
                                        hint?: string;
                                        kind: string;
                                        message: string;
                                        slice?: string;
                                        stream?: string;
                                    };
                                    /** @description How its expectations ended; absent: it has none. */
                                    expectations?: {
                                        /** @description Records that broke it; 1 where a stream as a whole did. */
                                        broken: number;
                                        found?: string;
                                        rule: string;
                                        /** @enum {string} */
                                        severity: "quarantine" | "warn" | "fail";
                                    }[];
                                    ledger: {
                                        [key: string]: number;
                                    };
                                    /** @enum {string} */
                                    state: "pending" | "reading" | "complete" | "failed" | "skipped";
                                    /** @description How often each step of the chain has acted, such as `map.where(…)`; absent: none has. */
                                    steps?: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            /** @description Of its spans, where traces are sent. */
                            trace_id?: string;
                            trigger: string;
                        } | null;
                        last_success: string | null;
                        name: string;
                        /** @description Null where it has no schedule, follows another connection, or is held. */
                        next_slot: string | null;
                        /** @description What a person can do about the state. */
                        next_step: string | null;
                        paused: {
                            by: string;
                            reason: string | null;
                            /** Format: date-time */
                            since: string;
                            until: string | null;
                        } | null;
                        /** @description As the configuration says it. */
                        schedule: {
                            [key: string]: unknown;
                        } | null;
                        schema: string;
                        source: string;
                        /** @enum {string} */
                        state: "on_time" | "late" | "failing" | "action_required" | "paused" | "never_run";
                        streams: string[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Quarantine_count: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many records are in quarantine, by stream and reason. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        reasons: {
                            /** Format: date-time */
                            first_seen: string;
                            /** Format: date-time */
                            last_seen: string;
                            reason: string;
                            records: number;
                            stream: string;
                        }[];
                        records: number;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Quarantine_list: {
        parameters: {
            query?: {
                limit?: number;
                /** @description Also those that a later good version has resolved. */
                resolved?: boolean;
                stream?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where each record was and why it did not pass, the latest seen first; nothing of its values. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        records: {
                            /** @description What the rule wants; no value of the record. */
                            detail: string;
                            field: string | null;
                            /** Format: date-time */
                            first_seen: string;
                            /** @description Short name of the record and reason. */
                            id: string;
                            /** Format: date-time */
                            last_seen: string;
                            position: number;
                            reason: string;
                            resolved_at: string | null;
                            slice: string;
                            stream: string;
                            times: number;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Quarantine_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One record as it came, protected columns left out or tokenized. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What the rule wants; no value of the record. */
                        detail: string;
                        field: string | null;
                        /** Format: date-time */
                        first_seen: string;
                        /** @description Short name of the record and reason. */
                        id: string;
                        /** Format: date-time */
                        last_seen: string;
                        payload: unknown;
                        position: number;
                        reason: string;
                        resolved_at: string | null;
                        slice: string;
                        stream: string;
                        times: number;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Quarantine_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a replay would do; nothing is changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        streams: {
                            /** @description Records that would fail again, by reason. */
                            failing: {
                                [key: string]: number;
                            };
                            /** @description Records of which the quarantine holds only a part. */
                            partial: number;
                            passing: number;
                            records: number;
                            stream: string;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Quarantine_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replay is asked for; a worker carries it out. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        url: string;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Bookmarks_preview: {
        parameters: {
            query?: {
                /** @description Absent: all of the connection. */
                stream?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bookmarks that a reset would forget; nothing is changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        applied: boolean;
                        connection: string;
                        streams: {
                            files: number;
                            frontier: string | null;
                            stream: string;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Bookmarks_apply: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Absent: all of the connection. */
                    stream?: string;
                };
            };
        };
        responses: {
            /** @description They are forgotten. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        applied: boolean;
                        connection: string;
                        streams: {
                            files: number;
                            frontier: string | null;
                            stream: string;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Connections_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its schedule goes on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        action_required: {
                            error: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            /** Format: uuid */
                            request: string;
                            /** Format: date-time */
                            since: string;
                        } | null;
                        /** @description Where its source failed too often in a row: requests wait, and one tries again at `probe_at`. */
                        circuit: {
                            error: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            failures: number;
                            /** Format: date-time */
                            opened_at: string;
                            /** Format: date-time */
                            probe_at: string;
                        } | null;
                        destination: string;
                        last_run: {
                            /** @description To APIs; absent while it runs and where there were none. */
                            calls?: {
                                /** @description What Tributary keeps to. */
                                budget?: {
                                    per: string;
                                    requests: number;
                                };
                                host: string;
                                /** @description What the API says that it allows in a window. */
                                limit?: number;
                                /** @description Of those, since there were too many. */
                                refused: number;
                                /** @description What was left of it after the last answer; others use it too. */
                                remaining?: number;
                                /** @description Every one that went out, repeated ones and logins too. */
                                sent: number;
                                /** @description The quota under which the API counts them; absent: the common one. */
                                share?: string;
                            }[];
                            connection: string;
                            /** Format: date-time */
                            ended_at?: string;
                            error?: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            exit_code?: number;
                            /** Format: date-time */
                            heartbeat_at: string;
                            id: string;
                            owner: {
                                host: string;
                                pid: number;
                                started: string;
                            };
                            /** Format: date-time */
                            started_at: string;
                            /** @enum {string} */
                            state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "interrupted";
                            streams: {
                                [key: string]: {
                                    error?: {
                                        /**
                                         * @description What exactly, within its kind.
                                         * @enum {string}
                                         */
                                        fault?: "integrity" | "disk_full" | "permission";
                                        hint?: string;
                                        kind: string;
                                        message: string;
                                        slice?: string;
                                        stream?: string;
                                    };
                                    /** @description How its expectations ended; absent: it has none. */
                                    expectations?: {
                                        /** @description Records that broke it; 1 where a stream as a whole did. */
                                        broken: number;
                                        found?: string;
                                        rule: string;
                                        /** @enum {string} */
                                        severity: "quarantine" | "warn" | "fail";
                                    }[];
                                    ledger: {
                                        [key: string]: number;
                                    };
                                    /** @enum {string} */
                                    state: "pending" | "reading" | "complete" | "failed" | "skipped";
                                    /** @description How often each step of the chain has acted, such as `map.where(…)`; absent: none has. */
                                    steps?: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            /** @description Of its spans, where traces are sent. */
                            trace_id?: string;
                            trigger: string;
                        } | null;
                        last_success: string | null;
                        name: string;
                        /** @description Null where it has no schedule, follows another connection, or is held. */
                        next_slot: string | null;
                        /** @description What a person can do about the state. */
                        next_step: string | null;
                        paused: {
                            by: string;
                            reason: string | null;
                            /** Format: date-time */
                            since: string;
                            until: string | null;
                        } | null;
                        /** @description As the configuration says it. */
                        schedule: {
                            [key: string]: unknown;
                        } | null;
                        schema: string;
                        source: string;
                        /** @enum {string} */
                        state: "on_time" | "late" | "failing" | "action_required" | "paused" | "never_run";
                        streams: string[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Requests_ask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The run is asked for; a worker carries it out. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        url: string;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Catalog_changes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How columns have changed, the latest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        changes: {
                            added: string[];
                            /** @description False: the rule of the stream did not allow it. */
                            applied: boolean;
                            /** Format: date-time */
                            at: string;
                            /** @description May be null from then on. */
                            loosened: string[];
                            removed: string[];
                            retyped: {
                                from: string;
                                name: string;
                                to: string;
                            }[];
                            run: string;
                            stream: string;
                        }[];
                        connection: string;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    ConnectionStreams_streams: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each stream with the outcome of its last run and its bookmark. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description `ok`, or why the destination could not tell them. */
                        bookmarks: string;
                        connection: string;
                        streams: {
                            bookmark: {
                                /** @description How many files were read. */
                                files: number;
                                /** @description Everything before it is committed. */
                                frontier: string | null;
                            } | null;
                            ended_at: string | null;
                            error: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            } | null;
                            ledger: {
                                [key: string]: number;
                            } | null;
                            run: string | null;
                            /** @description Of the last run that had it, null where there is none. */
                            state: ("pending" | "reading" | "complete" | "failed" | "skipped") | null;
                            stream: string;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    NewSources_connectors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connectors of which a source can be made, and where it may lead. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connectors: {
                            /** @description JSON Schema of its configuration; `secret: true` marks secrets. */
                            config: {
                                [key: string]: unknown;
                            };
                            connector: string;
                            /** @description How to get them, a step each, as Markdown. */
                            credentials: string[];
                            summary: string;
                        }[];
                        destinations: string[];
                        /** @description Names of keys for rules under `protect`. */
                        keys: string[];
                        /** @description Patterns of the references that this host tries for a new source. */
                        references: string[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Login_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who asks, and what that one may do. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The emergency access that is open. */
                        break_glass: string | null;
                        /** @description The only ones that are shown; null: all. */
                        connections: string[] | null;
                        /**
                         * @description `none`: this host needs no login; `session`: a person who can log out.
                         * @enum {string}
                         */
                        login: "none" | "token" | "session";
                        name: string;
                        permissions: string[];
                        /** @description The only ones whose figures are shown; null: all. */
                        regions: string[] | null;
                        roles: string[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    NewSources_add: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    config: {
                        [key: string]: unknown;
                    };
                    connection: {
                        destination: string;
                        name: string;
                        protect?: {
                            [key: string]: {
                                [key: string]: string | {
                                    [key: string]: string;
                                };
                            };
                        };
                        schedule?: {
                            after?: string;
                            cron?: string;
                            every?: string;
                            timezone?: string;
                        };
                        schema?: string;
                        streams: {
                            [key: string]: {
                                phi?: boolean;
                                /** @enum {string} */
                                sync?: "full_refresh" | "incremental";
                                /** @enum {string} */
                                write?: "append" | "merge" | "overwrite";
                            };
                        };
                    };
                    connector: string;
                };
            };
        };
        responses: {
            /** @description The same, written into the configuration file where `is_added` says so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Why the host does not add it itself. */
                        cannot_add: string | null;
                        faults: {
                            message: string;
                            path: string;
                        }[];
                        /** @description Name of the configuration file. */
                        file: string;
                        is_added: boolean;
                        /** @description References that this host cannot have: to be set where it runs. */
                        missing: {
                            message: string;
                            path: string;
                        }[];
                        /** @description What is to be added to the configuration. */
                        yaml: string;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    NewSources_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    config: {
                        [key: string]: unknown;
                    };
                    connector: string;
                };
            };
        };
        responses: {
            /** @description Whether the source can be read with these settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What trying it met. */
                        error: {
                            /**
                             * @description What exactly, within its kind.
                             * @enum {string}
                             */
                            fault?: "integrity" | "disk_full" | "permission";
                            hint?: string;
                            kind: string;
                            message: string;
                            slice?: string;
                            stream?: string;
                        } | null;
                        /** @description What kept it from being tried, by its place in the form. */
                        faults: {
                            message: string;
                            path: string;
                        }[];
                        ok: boolean;
                        /** @description Why the host does not connect to it here; null: it did. */
                        untried: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    NewSources_streams: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    config: {
                        [key: string]: unknown;
                    };
                    connector: string;
                };
            };
        };
        responses: {
            /** @description The streams that it offers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What trying it met. */
                        error: {
                            /**
                             * @description What exactly, within its kind.
                             * @enum {string}
                             */
                            fault?: "integrity" | "disk_full" | "permission";
                            hint?: string;
                            kind: string;
                            message: string;
                            slice?: string;
                            stream?: string;
                        } | null;
                        /** @description What kept it from being tried, by its place in the form. */
                        faults: {
                            message: string;
                            path: string;
                        }[];
                        ok: boolean;
                        streams: {
                            cursor: string | null;
                            fields: {
                                description: string | null;
                                /** @description It tells who a person is: it lands only where `protect` says how. */
                                is_personal: boolean;
                                name: string;
                                nullable: boolean;
                                type: string;
                            }[];
                            primary_key: string[];
                            stream: string;
                            summary: string;
                            sync_modes: string[];
                        }[];
                        /** @description Why the host does not connect to it here; null: it did. */
                        untried: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    NewSources_yaml: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    config: {
                        [key: string]: unknown;
                    };
                    connection: {
                        destination: string;
                        name: string;
                        protect?: {
                            [key: string]: {
                                [key: string]: string | {
                                    [key: string]: string;
                                };
                            };
                        };
                        schedule?: {
                            after?: string;
                            cron?: string;
                            every?: string;
                            timezone?: string;
                        };
                        schema?: string;
                        streams: {
                            [key: string]: {
                                phi?: boolean;
                                /** @enum {string} */
                                sync?: "full_refresh" | "incremental";
                                /** @enum {string} */
                                write?: "append" | "merge" | "overwrite";
                            };
                        };
                    };
                    connector: string;
                };
            };
        };
        responses: {
            /** @description The text for the configuration file, held against all of it. Nothing is written. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Why the host does not add it itself. */
                        cannot_add: string | null;
                        faults: {
                            message: string;
                            path: string;
                        }[];
                        /** @description Name of the configuration file. */
                        file: string;
                        is_added: boolean;
                        /** @description References that this host cannot have: to be set where it runs. */
                        missing: {
                            message: string;
                            path: string;
                        }[];
                        /** @description What is to be added to the configuration. */
                        yaml: string;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    OpenApi_document: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        info: {
                            [key: string]: unknown;
                        };
                        openapi: string;
                        paths: {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Report_months: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Months with figures, the latest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description In which a month can be exported. */
                        formats: string[];
                        /** @description Whether links that need no login can be made to a month: `report.embed` is configured. */
                        has_links: boolean;
                        months: string[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Report_section: {
        parameters: {
            query?: {
                /** @description The newest release that was published until this day or instant. */
                as_of?: string;
                /** @description A version, as it was published. */
                release?: number;
                /** @description Small counts too; needs the right `phi:read`. */
                with_phi?: "true" | "false";
            };
            header?: never;
            path: {
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the page of a month shows, as data. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        annotations: {
                            date: string;
                            /** @enum {string} */
                            kind: "send" | "definition";
                            text: string;
                        }[];
                        anomalies: {
                            date: string;
                            /** @enum {string} */
                            figure: "sent" | "opened" | "responded";
                            usual: number;
                            value: number;
                            weeks: number;
                        }[];
                        by_campaign: {
                            bounced: number | null;
                            campaign_id: string;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            name: string;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            source: string;
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        by_campaign_response_type: {
                            campaign_id: string;
                            responded: number | null;
                            response_type: string;
                            source: string;
                        }[];
                        by_channel: {
                            bounced: number | null;
                            channel: string;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        by_channel_region: {
                            bounced: number | null;
                            channel: string;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            region: string;
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            suppressed: string[];
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        by_channel_response_type: {
                            channel: string;
                            responded: number | null;
                            response_type: string;
                        }[];
                        by_channel_segment: {
                            bounced: number | null;
                            channel: string;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            segment: string;
                            sent: number | null;
                            suppressed: string[];
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        by_dimension: {
                            definition: string | null;
                            dimension: string;
                            rows: {
                                bounced: number | null;
                                clicked: number | null;
                                cost: string | null;
                                delivered: number | null;
                                open_rate: {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                                opened: number | null;
                                opened_machine: number | null;
                                own?: {
                                    [key: string]: number | string | {
                                        denominator: number;
                                        high: number | null;
                                        low: number | null;
                                        numerator: number;
                                        value: number;
                                    } | null;
                                };
                                responded: number | null;
                                response_rate: {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                                revenue: string | null;
                                sent: number | null;
                                suppressed: string[];
                                targeted: number | null;
                                unsubscribed: number | null;
                                value: string;
                            }[];
                            title: string;
                        }[];
                        by_region: {
                            bounced: number | null;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            region: string;
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            suppressed: string[];
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        by_region_segment: {
                            bounced: number | null;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            region: string;
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            segment: string;
                            sent: number | null;
                            suppressed: string[];
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        by_response_type: {
                            is_primary: boolean;
                            responded: number | null;
                            response_type: string;
                        }[];
                        by_response_type_region: {
                            region: string;
                            responded: number | null;
                            response_type: string;
                            suppressed: string[];
                        }[];
                        by_response_type_segment: {
                            responded: number | null;
                            response_type: string;
                            segment: string;
                            suppressed: string[];
                        }[];
                        by_segment: {
                            bounced: number | null;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            segment: string;
                            sent: number | null;
                            suppressed: string[];
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        by_source: {
                            bounced: number | null;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            source: string;
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        cards: {
                            definition: string;
                            denominator: number | null;
                            high: number | null;
                            history: {
                                month: string;
                                value: number | null;
                            }[];
                            key: string;
                            label: string;
                            last_year: {
                                change: number | null;
                                days: number | null;
                                denominator: number | null;
                                high: number | null;
                                low: number | null;
                                month: string;
                                numerator: number | null;
                                value: number;
                            } | null;
                            low: number | null;
                            numerator: number | null;
                            previous_month: {
                                change: number | null;
                                days: number | null;
                                denominator: number | null;
                                high: number | null;
                                low: number | null;
                                month: string;
                                numerator: number | null;
                                value: number;
                            } | null;
                            /** @enum {string} */
                            unit: "count" | "rate" | "amount" | "quotient";
                            value: number | null;
                        }[];
                        control_groups: {
                            arms: {
                                is_control: boolean;
                                lift: {
                                    high: number;
                                    low: number;
                                    value: number;
                                } | null;
                                name: string;
                                rate: {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                                responded: number | null;
                                sent: number | null;
                                targeted: number | null;
                                variant_id: string;
                            }[];
                            campaign_id: string;
                            control: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            name: string;
                            source: string;
                        }[];
                        costs: {
                            by_campaign: {
                                campaign_id: string;
                                cost: string;
                                cost_per_response: string | null;
                                name: string;
                                responded: number | null;
                                return_on_cost: number | null;
                                revenue: string | null;
                                source: string;
                            }[];
                            total: {
                                cost: string;
                                cost_per_response: string | null;
                                responded: number | null;
                                return_on_cost: number | null;
                                revenue: string | null;
                            };
                        } | null;
                        days: {
                            bounced: number | null;
                            clicked: number | null;
                            cost: string | null;
                            date: string;
                            delivered: number | null;
                            is_preliminary: boolean;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        earlier_days: {
                            last_year: {
                                days: {
                                    bounced: number | null;
                                    clicked: number | null;
                                    cost: string | null;
                                    date: string;
                                    delivered: number | null;
                                    open_rate: {
                                        denominator: number;
                                        high: number | null;
                                        low: number | null;
                                        numerator: number;
                                        value: number;
                                    } | null;
                                    opened: number | null;
                                    opened_machine: number | null;
                                    own?: {
                                        [key: string]: number | string | {
                                            denominator: number;
                                            high: number | null;
                                            low: number | null;
                                            numerator: number;
                                            value: number;
                                        } | null;
                                    };
                                    responded: number | null;
                                    response_rate: {
                                        denominator: number;
                                        high: number | null;
                                        low: number | null;
                                        numerator: number;
                                        value: number;
                                    } | null;
                                    revenue: string | null;
                                    sent: number | null;
                                    targeted: number | null;
                                    unsubscribed: number | null;
                                }[];
                                month: string;
                            } | null;
                            previous_month: {
                                days: {
                                    bounced: number | null;
                                    clicked: number | null;
                                    cost: string | null;
                                    date: string;
                                    delivered: number | null;
                                    open_rate: {
                                        denominator: number;
                                        high: number | null;
                                        low: number | null;
                                        numerator: number;
                                        value: number;
                                    } | null;
                                    opened: number | null;
                                    opened_machine: number | null;
                                    own?: {
                                        [key: string]: number | string | {
                                            denominator: number;
                                            high: number | null;
                                            low: number | null;
                                            numerator: number;
                                            value: number;
                                        } | null;
                                    };
                                    responded: number | null;
                                    response_rate: {
                                        denominator: number;
                                        high: number | null;
                                        low: number | null;
                                        numerator: number;
                                        value: number;
                                    } | null;
                                    revenue: string | null;
                                    sent: number | null;
                                    targeted: number | null;
                                    unsubscribed: number | null;
                                }[];
                                month: string;
                            } | null;
                        };
                        experiments: {
                            arms: {
                                is_control: boolean;
                                members: number;
                                name: string;
                                rate: {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                                responded: number;
                                variant_id: string;
                            }[];
                            campaign_id: string;
                            channel: string;
                            comparisons: {
                                adjusted_p_value: number;
                                base_variant_id: string;
                                detectable: number;
                                difference: {
                                    high: number;
                                    low: number;
                                    value: number;
                                };
                                p_value: number;
                                /** @enum {string} */
                                test: "z" | "fisher";
                                variant_id: string;
                            }[];
                            name: string;
                            sample_ratio: {
                                chi_square: number;
                                is_given: boolean;
                                is_off: boolean;
                                p_value: number;
                            } | null;
                            source: string;
                            /** @enum {string} */
                            unit: "targeted" | "sent";
                            /** @enum {string} */
                            verdict: "sample_ratio_off" | "too_small" | "running" | "difference" | "no_difference";
                        }[];
                        forecasts: {
                            /** @enum {string} */
                            figure: "sent" | "opened" | "responded";
                            high: number | null;
                            low: number | null;
                            so_far: number;
                            trials: {
                                count: number;
                                coverage: number;
                                error: number;
                                naive_error: number;
                            } | null;
                            value: number | null;
                            withheld: ("too_little_history" | "no_better_than_last_week") | null;
                        }[];
                        generated_at: string;
                        /** @constant */
                        heading: "Real-time Campaign Performance Overview";
                        largest_campaigns: {
                            label: string;
                            opened: number | null;
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            sent: number | null;
                        }[];
                        month: {
                            first_day: string;
                            has_ended: boolean;
                            id: string;
                            last_day: string;
                            through_day: string;
                        };
                        notes: {
                            text: string;
                            title: string;
                        }[];
                        own_measures: {
                            definition: string;
                            /** @enum {string} */
                            kind: "count" | "amount" | "percent" | "quotient";
                            name: string;
                            title: string;
                            unit: string | null;
                        }[];
                        project: {
                            name: string;
                            time_zone: string;
                        };
                        releases: {
                            moved: number;
                            published_at: string;
                            /** @enum {string} */
                            state: "preliminary" | "final" | "restated";
                            version: number;
                        }[];
                        restatement: {
                            causes: {
                                connection: string | null;
                                id: string;
                                /** @enum {string} */
                                kind: "run" | "definition" | "incomplete";
                                sources: string[];
                            }[];
                            moved: number;
                            moves: {
                                after: string | null;
                                at: {
                                    [key: string]: string;
                                };
                                before: string | null;
                                breakdown: string;
                                figure: string;
                                name: string;
                            }[];
                        } | null;
                        /** @constant */
                        schema: "tributary.report_section/1";
                        sources: {
                            data_as_of: string | null;
                            days_expected: number;
                            days_present: number;
                            missing_days: string[];
                            source: string;
                        }[];
                        status: {
                            data_as_of: string | null;
                            days_expected: number;
                            days_present: number;
                            final_from: string;
                            is_held: boolean;
                            missing_days: string[];
                            release: {
                                is_live: boolean;
                                published_at: string;
                                /** @enum {string} */
                                state: "preliminary" | "final" | "restated";
                                version: number;
                            } | null;
                            /** @enum {string} */
                            state: "preliminary" | "final" | "restated";
                        };
                        suppression: {
                            hidden: number;
                            is_lifted: boolean;
                            threshold: number;
                        } | null;
                        tables: {
                            dimensions: string[];
                            is_protected: boolean;
                            table: string;
                        }[];
                        time_zones: string[];
                        totals: {
                            bounced: number | null;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            targeted: number | null;
                            unsubscribed: number | null;
                        };
                        weeks: {
                            bounced: number | null;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            first_day: string;
                            last_day: string;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            targeted: number | null;
                            unsubscribed: number | null;
                            week: string;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Report_chart: {
        parameters: {
            query?: {
                /** @description The newest release that was published until this day or instant. */
                as_of?: string;
                /** @description A version, as it was published. */
                release?: number;
                /** @description Small counts too; needs the right `phi:read`. */
                with_phi?: "true" | "false";
            };
            header?: never;
            path: {
                chart: string;
                form: string;
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chart as a picture. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": string;
                    "image/svg+xml": string;
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Report_export: {
        parameters: {
            query?: {
                /** @description The newest release that was published until this day or instant. */
                as_of?: string;
                /** @description A version, as it was published. */
                release?: number;
                /** @description Small counts too; needs the right `phi:read`. */
                with_phi?: "true" | "false";
            };
            header?: never;
            path: {
                format: string;
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The section as a file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                    "application/pdf": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "text/csv": string;
                    "text/html": string;
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Embed_make: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                month: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    expires: string;
                    filter?: {
                        [key: string]: string;
                    };
                    release?: number;
                };
            };
        };
        responses: {
            /** @description A link to the month, or a part of it, that needs no login until it expires. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        expires_at: string;
                        filter: {
                            [key: string]: string;
                        };
                        id: string;
                        month: string;
                        path: string;
                        release: number | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Report_releases: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was published of a month, the newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        releases: {
                            causes: {
                                connection: string | null;
                                id: string;
                                /** @enum {string} */
                                kind: "run" | "definition" | "incomplete";
                                sources: string[];
                            }[];
                            checksum: string;
                            hidden: number;
                            month: string;
                            moved: number;
                            published_at: string;
                            published_by: string;
                            /** @enum {string} */
                            state: "preliminary" | "final" | "restated";
                            version: number;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Report_table: {
        parameters: {
            query?: {
                /** @description The newest release that was published until this day or instant. */
                as_of?: string;
                /** @description Only rows with this value. */
                campaign_id?: string;
                /** @description Only rows with this value. */
                channel?: string;
                /** @description Only rows with this value. */
                date?: string;
                /** @description Absent: 1000. */
                limit?: number;
                /** @description Only rows with this value. */
                region?: string;
                /** @description A version, as it was published. */
                release?: number;
                /** @description Only rows with this value. */
                response_type?: string;
                /** @description Only rows with this value. */
                segment?: string;
                /** @description Only rows with this value. */
                source?: string;
                /** @description Only rows with this value. */
                variant_id?: string;
                /** @description Small counts too; needs the right `phi:read`. */
                with_phi?: "true" | "false";
            };
            header?: never;
            path: {
                month: string;
                table: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One table of a month, largest rows first. `tables` of the month names them all, and what each may be filtered by; dimensions of the configuration too, by their names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        dimensions: string[];
                        is_protected: boolean;
                        month: string;
                        release: {
                            is_live: boolean;
                            published_at: string;
                            /** @enum {string} */
                            state: "preliminary" | "final" | "restated";
                            version: number;
                        } | null;
                        rows: {
                            at: {
                                [key: string]: string;
                            };
                            bounced: number | null;
                            clicked: number | null;
                            cost: string | null;
                            delivered: number | null;
                            name: string;
                            open_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            opened: number | null;
                            opened_machine: number | null;
                            own?: {
                                [key: string]: number | string | {
                                    denominator: number;
                                    high: number | null;
                                    low: number | null;
                                    numerator: number;
                                    value: number;
                                } | null;
                            };
                            responded: number | null;
                            response_rate: {
                                denominator: number;
                                high: number | null;
                                low: number | null;
                                numerator: number;
                                value: number;
                            } | null;
                            revenue: string | null;
                            sent: number | null;
                            suppressed: string[];
                            targeted: number | null;
                            unsubscribed: number | null;
                        }[];
                        rows_found: number;
                        /** @constant */
                        schema: "tributary.report_table/1";
                        table: string;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Requests_list: {
        parameters: {
            query?: {
                connection?: string;
                /** @description The `next` of the page before. */
                cursor?: string;
                limit?: number;
                state?: "queued" | "running" | "ended" | "cancelled";
                trigger?: "schedule" | "manual" | "api" | "after" | "backfill" | "replay";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The requests, the latest first; `next` is the `cursor` of the page after. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        next: string | null;
                        requests: {
                            attempt: number;
                            backfill?: {
                                from: string;
                                /** Format: uuid */
                                id: string;
                                to: string;
                            };
                            connection: string;
                            error?: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            fruitless: number;
                            /** Format: uuid */
                            id: string;
                            idempotency_key?: string;
                            is_cancel_wanted: boolean;
                            /** Format: date-time */
                            not_before: string;
                            /** Format: date-time */
                            requested_at: string;
                            run?: string;
                            /** Format: date-time */
                            slot?: string;
                            /** @enum {string} */
                            state: "queued" | "running" | "ended" | "cancelled";
                            /** @enum {string} */
                            trigger: "schedule" | "manual" | "api" | "after" | "backfill" | "replay";
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Requests_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How a request stands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        attempt: number;
                        backfill?: {
                            from: string;
                            /** Format: uuid */
                            id: string;
                            to: string;
                        };
                        connection: string;
                        error?: {
                            /**
                             * @description What exactly, within its kind.
                             * @enum {string}
                             */
                            fault?: "integrity" | "disk_full" | "permission";
                            hint?: string;
                            kind: string;
                            message: string;
                            slice?: string;
                            stream?: string;
                        };
                        fruitless: number;
                        /** Format: uuid */
                        id: string;
                        idempotency_key?: string;
                        is_cancel_wanted: boolean;
                        /** Format: date-time */
                        not_before: string;
                        /** Format: date-time */
                        requested_at: string;
                        run?: string;
                        /** Format: date-time */
                        slot?: string;
                        /** @enum {string} */
                        state: "queued" | "running" | "ended" | "cancelled";
                        /** @enum {string} */
                        trigger: "schedule" | "manual" | "api" | "after" | "backfill" | "replay";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Requests_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled, or its worker will be told. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        attempt: number;
                        backfill?: {
                            from: string;
                            /** Format: uuid */
                            id: string;
                            to: string;
                        };
                        connection: string;
                        error?: {
                            /**
                             * @description What exactly, within its kind.
                             * @enum {string}
                             */
                            fault?: "integrity" | "disk_full" | "permission";
                            hint?: string;
                            kind: string;
                            message: string;
                            slice?: string;
                            stream?: string;
                        };
                        fruitless: number;
                        /** Format: uuid */
                        id: string;
                        idempotency_key?: string;
                        is_cancel_wanted: boolean;
                        /** Format: date-time */
                        not_before: string;
                        /** Format: date-time */
                        requested_at: string;
                        run?: string;
                        /** Format: date-time */
                        slot?: string;
                        /** @enum {string} */
                        state: "queued" | "running" | "ended" | "cancelled";
                        /** @enum {string} */
                        trigger: "schedule" | "manual" | "api" | "after" | "backfill" | "replay";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Runs_list: {
        parameters: {
            query?: {
                connection?: string;
                /** @description The `next` of the page before. */
                cursor?: string;
                limit?: number;
                /** @description Began then or later: a day in UTC, or an instant. */
                since?: string;
                state?: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "interrupted";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The runs, the latest first; `next` is the `cursor` of the page after. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        next: string | null;
                        runs: {
                            /** @description To APIs; absent while it runs and where there were none. */
                            calls?: {
                                /** @description What Tributary keeps to. */
                                budget?: {
                                    per: string;
                                    requests: number;
                                };
                                host: string;
                                /** @description What the API says that it allows in a window. */
                                limit?: number;
                                /** @description Of those, since there were too many. */
                                refused: number;
                                /** @description What was left of it after the last answer; others use it too. */
                                remaining?: number;
                                /** @description Every one that went out, repeated ones and logins too. */
                                sent: number;
                                /** @description The quota under which the API counts them; absent: the common one. */
                                share?: string;
                            }[];
                            connection: string;
                            /** Format: date-time */
                            ended_at?: string;
                            error?: {
                                /**
                                 * @description What exactly, within its kind.
                                 * @enum {string}
                                 */
                                fault?: "integrity" | "disk_full" | "permission";
                                hint?: string;
                                kind: string;
                                message: string;
                                slice?: string;
                                stream?: string;
                            };
                            exit_code?: number;
                            /** Format: date-time */
                            heartbeat_at: string;
                            id: string;
                            owner: {
                                host: string;
                                pid: number;
                                started: string;
                            };
                            /** Format: date-time */
                            started_at: string;
                            /** @enum {string} */
                            state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "interrupted";
                            streams: {
                                [key: string]: {
                                    error?: {
                                        /**
                                         * @description What exactly, within its kind.
                                         * @enum {string}
                                         */
                                        fault?: "integrity" | "disk_full" | "permission";
                                        hint?: string;
                                        kind: string;
                                        message: string;
                                        slice?: string;
                                        stream?: string;
                                    };
                                    /** @description How its expectations ended; absent: it has none. */
                                    expectations?: {
                                        /** @description Records that broke it; 1 where a stream as a whole did. */
                                        broken: number;
                                        found?: string;
                                        rule: string;
                                        /** @enum {string} */
                                        severity: "quarantine" | "warn" | "fail";
                                    }[];
                                    ledger: {
                                        [key: string]: number;
                                    };
                                    /** @enum {string} */
                                    state: "pending" | "reading" | "complete" | "failed" | "skipped";
                                    /** @description How often each step of the chain has acted, such as `map.where(…)`; absent: none has. */
                                    steps?: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            /** @description Of its spans, where traces are sent. */
                            trace_id?: string;
                            trigger: string;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Runs_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One run with the outcome of its streams. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description To APIs; absent while it runs and where there were none. */
                        calls?: {
                            /** @description What Tributary keeps to. */
                            budget?: {
                                per: string;
                                requests: number;
                            };
                            host: string;
                            /** @description What the API says that it allows in a window. */
                            limit?: number;
                            /** @description Of those, since there were too many. */
                            refused: number;
                            /** @description What was left of it after the last answer; others use it too. */
                            remaining?: number;
                            /** @description Every one that went out, repeated ones and logins too. */
                            sent: number;
                            /** @description The quota under which the API counts them; absent: the common one. */
                            share?: string;
                        }[];
                        connection: string;
                        /** Format: date-time */
                        ended_at?: string;
                        error?: {
                            /**
                             * @description What exactly, within its kind.
                             * @enum {string}
                             */
                            fault?: "integrity" | "disk_full" | "permission";
                            hint?: string;
                            kind: string;
                            message: string;
                            slice?: string;
                            stream?: string;
                        };
                        exit_code?: number;
                        /** Format: date-time */
                        heartbeat_at: string;
                        id: string;
                        owner: {
                            host: string;
                            pid: number;
                            started: string;
                        };
                        /** Format: date-time */
                        started_at: string;
                        /** @enum {string} */
                        state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "interrupted";
                        streams: {
                            [key: string]: {
                                error?: {
                                    /**
                                     * @description What exactly, within its kind.
                                     * @enum {string}
                                     */
                                    fault?: "integrity" | "disk_full" | "permission";
                                    hint?: string;
                                    kind: string;
                                    message: string;
                                    slice?: string;
                                    stream?: string;
                                };
                                /** @description How its expectations ended; absent: it has none. */
                                expectations?: {
                                    /** @description Records that broke it; 1 where a stream as a whole did. */
                                    broken: number;
                                    found?: string;
                                    rule: string;
                                    /** @enum {string} */
                                    severity: "quarantine" | "warn" | "fail";
                                }[];
                                ledger: {
                                    [key: string]: number;
                                };
                                /** @enum {string} */
                                state: "pending" | "reading" | "complete" | "failed" | "skipped";
                                /** @description How often each step of the chain has acted, such as `map.where(…)`; absent: none has. */
                                steps?: {
                                    [key: string]: number;
                                };
                            };
                        };
                        /** @description Of its spans, where traces are sent. */
                        trace_id?: string;
                        trigger: string;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Runs_events: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What happened in a run so far: its log. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: {
                            /** Format: date-time */
                            at: string;
                            data: {
                                [key: string]: unknown;
                            };
                            run: string;
                            seq: number;
                            type: string;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Lineage_ledger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance of each stream of a run, from the checkpoints that were committed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        run: string;
                        streams: {
                            checkpoints: number;
                            /**
                             * Format: date-time
                             * @description Of the last checkpoint.
                             */
                            committed_at: string;
                            /** @description What does not hold of read = filtered + quarantined + staged, and so on. */
                            imbalances: string[];
                            ledger: {
                                [key: string]: number;
                            };
                            /** @description How often each step of the chain has acted. */
                            steps: {
                                [key: string]: number;
                            };
                            stream: string;
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Lineage_ofRun: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                limit?: number;
                stream?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Files and windows that a run committed, the latest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        lineage: {
                            bytes: number | null;
                            /** @description SHA-256 of the file as it lay there. */
                            checksum: string | null;
                            /** Format: date-time */
                            committed_at: string;
                            id: number;
                            /** @enum {string} */
                            kind: "file" | "window";
                            /** @description Records that were read from it. */
                            records: number;
                            run: string;
                            slice: string;
                            /** @description The name of the file, or the window. */
                            source: string;
                            stream: string;
                            /** @description Of a destination of files: the manifest of what was delivered. */
                            table: string;
                            /** @description Of a file: what tells its versions apart where it lies. */
                            version: string | null;
                        }[];
                        next: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Runs_logs: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description This level and the graver ones. */
                level?: "info" | "warn" | "error";
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The log of a run: its events as sentences with levels, the first first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        lines: {
                            /** Format: date-time */
                            at: string;
                            data: {
                                [key: string]: unknown;
                            };
                            /** @enum {string} */
                            level: "info" | "warn" | "error";
                            message: string;
                            seq: number;
                            /** @description Of the event that the line tells. */
                            type: string;
                        }[];
                        next: string | null;
                    };
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Runs_stream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events of a run as they come, then `ended` with the run. `Last-Event-ID` resumes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The run ended and the client has all. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Schedules_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every connection that runs by itself, the one that is due next first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schedules: {
                            connection: string;
                            last_success: string | null;
                            /** @description Null where it follows another connection, or is held. */
                            next_slot: string | null;
                            /** @description The latest slot whose grace is over. */
                            overdue_slot: string | null;
                            /** @description As the configuration says it. */
                            schedule: {
                                [key: string]: unknown;
                            };
                            /** @enum {string} */
                            state: "on_time" | "late" | "failing" | "action_required" | "paused" | "never_run";
                        }[];
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Embed_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the link shows, for a frame. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Embed_fragment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The same as a piece of a page, for a server that puts pages together. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Health_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process answers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
        };
    };
    Login_begin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider's login. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Login_callback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To where the login began. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Why it is refused. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Login_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The login is over. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /**
             * @description What is wrong.
             *
             *     What is wrong.
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Metrics_scrape: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Figures of connections, requests and the process, in the text format of Prometheus. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Health_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The host can do its work. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        checks: {
                            [key: string]: string;
                        };
                        /** @enum {string} */
                        status: "ok" | "unavailable";
                    };
                };
            };
            /** @description It cannot; the checks say why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        checks: {
                            [key: string]: string;
                        };
                        /** @enum {string} */
                        status: "ok" | "unavailable";
                    };
                };
            };
        };
    };
    Report_latest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the page of the latest month. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Report_page: {
        parameters: {
            query?: {
                /** @description The newest release that was published until this day or instant. */
                as_of?: string;
                /** @description A version, as it was published. */
                release?: number;
                /** @description Small counts too; needs the right `phi:read`. */
                with_phi?: "true" | "false";
            };
            header?: never;
            path: {
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page of a month. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
            /** @description What is wrong. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description What is wrong and what to do; no stack, SQL or secret. */
                        detail: string;
                        /** @description The path that was asked for. */
                        instance: string;
                        /** @description As in `X-Request-Id` and in the log of the host. */
                        request_id: string;
                        status: number;
                        title: string;
                        /** @constant */
                        type: "about:blank";
                    };
                };
            };
        };
    };
    Embed_element: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The element <tributary-report>, which shows a link in a page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
        };
    };
}
