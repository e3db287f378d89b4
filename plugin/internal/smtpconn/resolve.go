package smtpconn

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// maxAddresses bounds how many addresses of a name are tried.
const maxAddresses = 16

// hostNames is the Lookup profile of RFC 5891 section 5 with the limits of the DNS on top, but without its ban of
// underscores, which names of containers often have.
var hostNames = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false), idna.VerifyDNSLength(true))

// numericLabel is a last label that some software takes for the end of an IPv4 address, in forms such as 127.1 and
// 0x7f000001 that a policy would not recognise. No name ends so
// (https://url.spec.whatwg.org/#ends-in-a-number-checker).
var numericLabel = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)$`)

var hostCharacters = regexp.MustCompile(`^[a-z0-9_.-]+$`)

// ASCIIHost returns the form of a host name that goes on the wire: an IP address as it is, an internationalised name in
// its ASCII form (RFC 5891), without a trailing dot.
func ASCIIHost(host string) (string, error) {
	bare := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if address, err := netip.ParseAddr(bare); err == nil {
		return address.String(), nil
	}
	ascii, err := hostNames.ToASCII(strings.TrimSuffix(host, "."))
	if err == nil && numericLabel.MatchString(ascii) {
		err = errors.New("an address in an old form")
	}
	if err == nil && !hostCharacters.MatchString(ascii) {
		err = errors.New("a host name holds letters, digits, hyphens and dots")
	}
	return ascii, err
}

// resolve finds the addresses of the host, families interleaved (RFC 8305 section 4).
func resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return usable([]netip.Addr{address})
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, asError(err)
	}
	return usable(addresses)
}

// usable drops what cannot be connected to and interleaves the families, the resolver's first choice first.
func usable(addresses []netip.Addr) ([]netip.Addr, error) {
	var first, second []netip.Addr
	seen := map[netip.Addr]bool{}
	for _, address := range addresses {
		address = address.Unmap()
		if seen[address] || address.IsUnspecified() || address.IsMulticast() {
			continue
		}
		seen[address] = true
		if len(first) == 0 || address.Is4() == first[0].Is4() {
			first = append(first, address)
		} else {
			second = append(second, address)
		}
	}
	if len(first) == 0 {
		return nil, &Error{Kind: KindNoUsableAddress}
	}
	var ordered []netip.Addr
	for i := 0; len(ordered) < maxAddresses && (i < len(first) || i < len(second)); i++ {
		if i < len(first) {
			ordered = append(ordered, first[i])
		}
		if i < len(second) {
			ordered = append(ordered, second[i])
		}
	}
	return ordered, nil
}
