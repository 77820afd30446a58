// Package fences turns the definitions of geofences into what positions are
// judged by. Compile checks one definition; a Book holds all of them, with the
// versions that held before, and answers for a device at a time. A Book never
// changes: With gives the next one.
package fences
