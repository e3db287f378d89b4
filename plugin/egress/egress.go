// Package egress decides which addresses a test or a delivery may connect to. A page that connects wherever an
// administrator says is a tool for looking around inside a network: the operator can limit it, and addresses that no mail
// server has but that give away a cloud machine's credentials are never connected to.
package egress

import (
	"fmt"
	"net/netip"
	"strings"
)

// Policy decides about addresses. The zero value allows all but those that are always denied. It must not be changed while
// it is in use.
type Policy struct {
	allow, deny []netip.Prefix
}

// alwaysDenied are link-local addresses, which hold the metadata services of most clouds, the metadata services elsewhere,
// and what is no single host (RFC 3927, RFC 4291, RFC 5771, RFC 1122).
var alwaysDenied = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("fd00:ec2::254/128"),  // Amazon, over IPv6
	netip.MustParsePrefix("fd20:ce::254/128"),   // Google, over IPv6
	netip.MustParsePrefix("100.100.100.200/32"), // Alibaba
	netip.MustParsePrefix("168.63.129.16/32"),   // Azure
	netip.MustParsePrefix("192.0.0.192/32"),     // Oracle
	netip.MustParsePrefix("224.0.0.0/4"),        // multicast
	netip.MustParsePrefix("ff00::/8"),           // multicast
	netip.MustParsePrefix("255.255.255.255/32"), // broadcast
	netip.MustParsePrefix("0.0.0.0/8"),          // this network
	netip.MustParsePrefix("::/128"),             // unspecified
}

// New reads the policy: addresses or networks in CIDR form. An empty allow allows all; deny wins over allow.
func New(allow, deny []string) (Policy, error) {
	var policy Policy
	var err error
	if policy.allow, err = parse("allow", allow); err != nil {
		return Policy{}, err
	}
	policy.deny, err = parse("deny", deny)
	return policy, err
}

func parse(key string, texts []string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, addressErr := netip.ParseAddr(text)
			if addressErr != nil {
				return nil, fmt.Errorf("%s: %q is neither an address nor a network such as 10.0.0.0/8", key, text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, nil
}

// Permit returns nil when the address may be connected to, and otherwise the reason, fit to be shown.
func (p Policy) Permit(address netip.AddrPort) error {
	for _, one := range within(address.Addr()) {
		switch {
		case contains(alwaysDenied, one):
			return fmt.Errorf("%s is an address that no mail server has", one)
		case contains(p.deny, one):
			return fmt.Errorf("the operator denies %s", one)
		}
	}
	if len(p.allow) > 0 && !contains(p.allow, address.Addr().Unmap()) {
		return fmt.Errorf("the operator allows only %s", join(p.allow))
	}
	return nil
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	for _, prefix := range prefixes {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

func join(prefixes []netip.Prefix) string {
	texts := make([]string, len(prefixes))
	for i, prefix := range prefixes {
		texts[i] = prefix.String()
	}
	return strings.Join(texts, ", ")
}

var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	sixToIP = netip.MustParsePrefix("2002::/16")    // RFC 3056
)

// within returns the address and the IPv4 address that a translator on the way would make of it.
func within(address netip.Addr) []netip.Addr {
	address = address.Unmap().WithZone("")
	all := []netip.Addr{address}
	if address.Is4() {
		return all
	}
	bytes := address.As16()
	switch {
	case nat64.Contains(address):
		all = append(all, netip.AddrFrom4([4]byte(bytes[12:16])))
	case sixToIP.Contains(address):
		all = append(all, netip.AddrFrom4([4]byte(bytes[2:6])))
	}
	return all
}
