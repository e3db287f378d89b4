package notify

// gramLength is how many bytes of a text are looked at together.
const gramLength = 4

// grams is a set of the pieces of four bytes of some texts, a bit for each of 8192 hashes. That a piece is not among
// them is certain. A text that is searched is in few of the blocks of a file, and most others miss one of its pieces:
// they need not be read, whatever the texts have in common.
type grams [1024]byte

func gramAt(text []byte, i int) uint16 {
	piece := uint32(text[i]) | uint32(text[i+1])<<8 | uint32(text[i+2])<<16 | uint32(text[i+3])<<24
	return uint16(piece * 2654435761 >> 19) // Knuth's multiplicative hash.
}

// gramsOf returns the hashes of the pieces of a text; none of one that is too short.
func gramsOf(text []byte) (hashes []uint16) {
	for i := 0; i+gramLength <= len(text); i++ {
		hashes = append(hashes, gramAt(text, i))
	}
	return hashes
}

func (g *grams) add(text []byte) {
	for i := 0; i+gramLength <= len(text); i++ {
		hash := gramAt(text, i)
		g[hash>>3] |= 1 << (hash & 7)
	}
}

// all reports whether all of the hashes are among them.
func (g *grams) all(hashes []uint16) bool {
	for _, hash := range hashes {
		if g[hash>>3]&(1<<(hash&7)) == 0 {
			return false
		}
	}
	return true
}
