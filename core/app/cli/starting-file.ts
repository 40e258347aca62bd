/** What `tributary init` writes: short, commented, and runnable on a CSV file of one's own. */
export const STARTING_FILE = `# Tributary's configuration. \`tributary validate\` tells everything that is wrong, with line and column.
# Every key is described in docs/configuration.md; config/example.yaml shows more of them.
version: 1

project:
  name: outreach
  timezone: America/Chicago            # in which days and months are told

# The host's own database: runs and their history. "embedded" starts a real PostgreSQL by itself.
store: embedded                        # or \${env:STORE_URL}, a postgres:// URL

sources:
  # Files in a folder, relative to this one. Column types are inferred once and then fixed; \`columns\` declares them.
  exports:
    connector: local
    config:
      files:
        - stream: engagement
          path: ./data/engagement_*.csv
          format: csv
  # Braze. The key needs the permissions campaigns.list, campaigns.details and campaigns.data_series.
  # braze:
  #   connector: braze
  #   config:
  #     endpoint: https://rest.iad-05.braze.com
  #     api_key: \${env:BRAZE_API_KEY}
  #     start_date: 2026-01-01
  #     time_zone: America/Chicago

destinations:
  warehouse:
    connector: postgres
    config:
      url: embedded                    # or \${env:WAREHOUSE_URL}, a postgres:// URL

connections:
  exports_daily:
    source: exports
    destination: warehouse
    streams:
      engagement: {}                   # every default: only new files are read, rows are merged by file and line
    # A record that breaks an expectation goes to quarantine. Where more records do than the budget allows, nothing lands.
    # error_budget: { records: 1%, or: 1000 }
    # expect:
    #   engagement:
    #     - not_null: [campaign_id, date]

# How raw streams become the figures of the monthly report.
# report:
#   destination: warehouse
#   facts:
#     - from: exports_daily.engagement
#       as:
#         date: date
#         campaign_id: campaign_id
#         channel: channel
#         sent: sent
#         opened: opened
#       responses:
#         form_completed: { from: forms, primary: true }
#       dimensions:
#         region: region
#         segment: segment
`;
