package egress

import (
	"errors"
	"fmt"
	"net/netip"
)

// Network is an entry of allow or deny: a network in CIDR form, or one address.
type Network struct{ prefix netip.Prefix }

// mapped are the IPv4 addresses in the form of IPv6 (RFC 4291 section 2.5.5.2). They are IPv4 addresses.
var mapped = netip.MustParsePrefix("::ffff:0:0/96")

// UnmarshalText reads an entry. What could mean two things is refused.
func (n *Network) UnmarshalText(text []byte) error {
	prefix, err := netip.ParsePrefix(string(text))
	if err != nil {
		address, addressErr := netip.ParseAddr(string(text))
		switch {
		case addressErr != nil:
			return fmt.Errorf("is neither an address nor a network such as 10.0.0.0/8%s", didYouMean(string(text)))
		case address.Zone() != "":
			return errors.New("must not name an interface: leave out the % and what stands behind it")
		}
		prefix = netip.PrefixFrom(address, address.BitLen())
	}
	if prefix.Masked() != prefix {
		return fmt.Errorf("is an address with the length of a network: write %s for the network, or %s for the one address",
			prefix.Masked(), prefix.Addr())
	}
	switch {
	case prefix.Addr().Is4In6() && prefix.Bits() >= mapped.Bits():
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-mapped.Bits())
	case prefix.Addr().Is6() && prefix.Bits() > 0 && prefix.Overlaps(mapped):
		return errors.New("holds the IPv4 addresses in the form of IPv6 and more: write 0.0.0.0/0 for IPv4, and a network " +
			"of IPv6 of its own")
	}
	n.prefix = prefix
	return nil
}
