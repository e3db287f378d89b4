package egress

import "net/netip"

// embedding is an IPv4 address in an IPv6 address.
type embedding struct {
	address netip.Addr
	// bits is how many bits of the IPv6 address say that it holds one.
	bits int
}

// form is a way to put an IPv4 address into an IPv6 address.
type form struct {
	prefix netip.Prefix
	// at are the places of the four bytes; inverted says that each bit is turned round.
	at       [4]int
	inverted bool
}

// forms are the ways that translators and tunnels know. A translator's network that is its operator's own choice
// (RFC 6052 section 2.2) cannot be told from others.
var forms = []form{
	// IPv4-compatible, RFC 4291 section 2.5.5.1
	{prefix: netip.MustParsePrefix("::/96"), at: [4]int{12, 13, 14, 15}},
	// IPv4-translated, RFC 2765 section 2.1
	{prefix: netip.MustParsePrefix("::ffff:0:0:0/96"), at: [4]int{12, 13, 14, 15}},
	// NAT64, RFC 6052 section 2.1
	{prefix: netip.MustParsePrefix("64:ff9b::/96"), at: [4]int{12, 13, 14, 15}},
	{prefix: netip.MustParsePrefix("2002::/16"), at: [4]int{2, 3, 4, 5}}, // 6to4, RFC 3056
	// Teredo's server, RFC 4380 section 4
	{prefix: netip.MustParsePrefix("2001::/32"), at: [4]int{4, 5, 6, 7}},
	{prefix: netip.MustParsePrefix("2001::/32"), at: [4]int{12, 13, 14, 15}, inverted: true}, // Teredo's client
}

// localNAT64 is for translators inside a site (RFC 8215). Where in it the IPv4 address is depends on the length of the
// translator's own prefix (RFC 6052 section 2.2), which an address does not tell; what stands behind it is nothing
// then.
var (
	localNAT64   = netip.MustParsePrefix("64:ff9b:1::/48")
	localLengths = []struct{ at, suffix int }{{6, 11}, {7, 12}, {9, 13}} // of 48, 56 and 64 bits; byte 8 is never used
)

// embedded returns the IPv4 addresses that a translator or a tunnel on the way would make of an address.
func embedded(address netip.Addr) []embedding {
	if address.Is4() || address == netip.IPv6Loopback() || address.IsUnspecified() {
		return nil
	}
	bytes := address.As16()
	var found []embedding
	for _, one := range forms {
		if one.prefix.Contains(address) {
			found = append(found, embedding{one.read(bytes), one.prefix.Bits()})
		}
	}
	if bytes[8]&^0x03 == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe { // ISATAP, RFC 5214 section 6.1
		found = append(found, embedding{netip.AddrFrom4([4]byte(bytes[12:])), 96})
	}
	if localNAT64.Contains(address) {
		found = append(found, inLocalNAT64(bytes)...)
	}
	return found
}

func (f form) read(bytes [16]byte) netip.Addr {
	var four [4]byte
	for i, at := range f.at {
		four[i] = bytes[at]
		if f.inverted {
			four[i] = ^four[i]
		}
	}
	return netip.AddrFrom4(four)
}

// inLocalNAT64 returns every address that the bytes can mean. The one at the end always counts, the others where
// nothing stands behind them and they are not merely the beginning of it.
func inLocalNAT64(bytes [16]byte) []embedding {
	found := []embedding{}
	for _, length := range localLengths {
		var four [4]byte
		at := length.at
		for i := range four {
			if at == 8 {
				at++
			}
			four[i] = bytes[at]
			at++
		}
		if allZero(bytes[length.suffix:]) && bytes[8] == 0 && four[0] != 0 {
			found = append(found, embedding{netip.AddrFrom4(four), localNAT64.Bits()})
		}
	}
	if last := [4]byte(bytes[12:]); len(found) == 0 || !allZero(last[:]) {
		found = append(found, embedding{netip.AddrFrom4(last), localNAT64.Bits()})
	}
	return found
}

func allZero(bytes []byte) bool {
	for _, b := range bytes {
		if b != 0 {
			return false
		}
	}
	return true
}
