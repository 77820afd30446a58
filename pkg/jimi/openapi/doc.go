// Package openapi is the client of the platform's Open API: one call path that
// signs, limits, sends, retries and decodes, and one small declaration for
// each method (see Methods).
//
//	c, err := openapi.NewClient(account, openapi.Options{})
//	err = openapi.Each(ctx, c, &openapi.TrackList, openapi.TrackListParams{IMEI: "…", Begin: from, End: to},
//		func(r openapi.Row[openapi.TrackPoint]) error { … })
//
// A caller asks for any number of devices over any time: the client splits what
// exceeds a method's limits into several calls and reads all pages. The
// vendor's documents contradict each other and the platform; where they do, the
// client takes both. "Reference" is the vendor's API document by its section,
// "A" and a number a difference that was found in practice, see
// docs/decoding.md.
package openapi
