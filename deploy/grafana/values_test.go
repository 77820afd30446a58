package grafana

import (
	"math"
	"reflect"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// newValue is a place for one value of a column.
func newValue(c driver.ColumnType) any { return reflect.New(c.ScanType()).Interface() }

// plain is a value without pointers; nil for NULL. Whole numbers become float64.
func plain(v any) any {
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return nil
		}
		r = r.Elem()
	}
	switch {
	case r.CanInt():
		return float64(r.Int())
	case r.CanUint():
		return float64(r.Uint())
	case r.CanFloat():
		return r.Float()
	}
	return r.Interface()
}

func timeOf(v any) time.Time {
	t, _ := plain(v).(time.Time)
	return t
}

// highest is the largest number of all.
func (a *answer) highest() float64 {
	highest := math.Inf(-1)
	for _, row := range a.rows {
		for i, typ := range a.types {
			if v, ok := plain(row[i]).(float64); ok && numeric.MatchString(typ) {
				highest = max(highest, v)
			}
		}
	}
	return highest
}

// hasNumber says whether there is any number that is not NULL.
func (a *answer) hasNumber() bool {
	for _, row := range a.rows {
		for i, typ := range a.types {
			if numeric.MatchString(typ) && plain(row[i]) != nil {
				return true
			}
		}
	}
	return false
}
