package h3

import "math/bits"

// An index is, from the top: a bit 0, the mode in 4 bits (1, a cell), 3 bits 0,
// the resolution in 4, the cell of resolution 0 in 7, and 3 bits for each of
// the resolutions 1 to 15, which of 7 children it is, or 7 where the cell ends
// before. (https://h3geo.org/docs/core-library/h3Indexing)
const (
	cellMode        = 1 << 59
	resolutionShift = 52
	baseShift       = 45
	digits          = 1<<baseShift - 1
)

// Resolution is that of a cell, from 0 to 15.
func Resolution(cell uint64) int { return int(cell >> resolutionShift & 15) }

// Parent is the cell of a coarser resolution in whose subdivision the cell
// is, and 0 for a resolution that the cell does not reach. It is not the cell
// of that resolution for all positions within the cell.
func Parent(cell uint64, resolution int) uint64 {
	if resolution < 0 || resolution > Resolution(cell) {
		return 0
	}
	cell = cell&^(15<<resolutionShift) | uint64(resolution)<<resolutionShift
	return cell | digits>>(3*resolution)
}

// A digit is the direction from the parent's centre in bits for i, j and k.
// The digits of a direction's turns to the left by 60 degrees are
// 1, 5, 4, 6, 2, 3: three turns are the opposite direction, all bits flipped,
// and two a step of each bit to the right, the last one coming first.
const each = 0o111111111111111

// turned turns all digits to the left by a number of times 60 degrees, 0 to 5.
// It does so without a branch: the number is as good as random.
func turned(path uint64, turns uint8) uint64 {
	opposite := -uint64(turns & 1)
	path ^= 7 * ((path | path>>1 | path>>2) & each) & opposite
	t := &thirds[turns&7]
	return path>>t.down&t.stay | path<<t.up&t.first
}

// thirds are the steps of the bits after the flip, by the number of turns.
var thirds = [8]struct {
	down, up    uint8
	stay, first uint64
}{
	0: {0, 3, 7 * each, 0}, 3: {0, 3, 7 * each, 0},
	2: {1, 2, 3 * each, 4 * each}, 5: {1, 2, 3 * each, 4 * each},
	1: {2, 1, 1 * each, 6 * each}, 4: {2, 1, 1 * each, 6 * each},
}

// index makes the cell at i and j, positive by the bias, of a face's grid.
func index(face uint8, resolution int, i, j uint64) uint64 {
	path, i, j := descend(resolution, i, j)
	b := bases[face][i][j]
	if b.step == 0 {
		path = turned(path, b.turns)
	} else {
		path = turnedAtPentagon(path, b)
	}
	unused := 3 * uint(MaxResolution-resolution)
	return cellMode | uint64(resolution)<<resolutionShift | uint64(b.cell)<<baseShift |
		path<<unused | (1<<unused - 1)
}

const kAxis = 1 // the direction in which a pentagon has no child

func leading(path uint64) uint64 {
	if path == 0 {
		return 0
	}
	return path >> ((bits.Len64(path) - 1) / 3 * 3)
}

// turnedAtPentagon leaves out the sixth that a pentagon does not have.
func turnedAtPentagon(path uint64, b base) uint64 {
	if leading(path) == kAxis {
		if b.step == stepRight {
			path = turned(path, 5)
		} else {
			path = turned(path, 1)
		}
	}
	for range b.turns {
		if path = turned(path, 1); leading(path) == kAxis {
			path = turned(path, 1)
		}
	}
	return path
}
