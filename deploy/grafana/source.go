package grafana

// pluginVersion is that of grafana-clickhouse-datasource for whose query model
// the queries are written.
const pluginVersion = "4.12.0"

// object is a JSON object.
type object = map[string]any

// A source is a data source of provisioning/datasources.
type source string

const (
	clickhouse source = "odograph-clickhouse"
	prometheus source = "odograph-prometheus"
)

func (s source) ref() object {
	plugin := "grafana-clickhouse-datasource"
	if s == prometheus {
		plugin = "prometheus"
	}
	return object{"type": plugin, "uid": string(s)}
}
