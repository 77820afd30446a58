package poll

import (
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// definition is a device as its list has it. What the list does not say stays
// as it was: another program may have defined it.
func definition(old schema.Device, account string, r openapi.Row[openapi.Device]) schema.Device {
	d := old
	d.IMEI, d.Account = r.IMEI, account
	for _, f := range []struct {
		to   *string
		from openapi.Text
	}{
		{&d.Name, r.Value.Name}, {&d.Model, r.Value.Model}, {&d.Group, r.Value.Group},
		{&d.Plate, r.Value.VehicleNumber}, {&d.DriverName, r.Value.DriverName},
	} {
		if f.from != "" {
			*f.to = string(f.from)
		}
	}
	if d.VehicleClass == "" { // an icon says little, and never more than who set the class by hand
		d.VehicleClass = string(r.Value.VehicleIcon)
	}
	if r.Value.Activation.Valid {
		d.Activated = r.Value.Activation.Opt
	}
	if r.Value.Expiration.Valid {
		d.Expires = r.Value.Expiration.Opt
	}
	return d
}
