package h3

// guess is the face in the middle of a field of 5 by 5 degrees, for whole
// degrees from -90 as 0 and from -360 as 0.
func guess(lat, lng int) uint8 { return 0 }
