// Package egress decides which addresses a test or a delivery may connect to. A page that connects wherever an
// administrator says is a tool for looking around inside a network: the operator can limit it, and addresses that no
// mail server has but that give away a cloud machine's credentials are never connected to.
package egress

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// Policy decides about addresses. The zero value allows all but those that are always denied. It must not be changed
// while it is in use.
type Policy struct {
	allow, deny []netip.Prefix
}

// alwaysDenied are link-local addresses, which hold the metadata services of most clouds, the metadata services
// elsewhere, and what is no single host (RFC 3927, RFC 4291, RFC 5771, RFC 1122).
var alwaysDenied = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fe80::/10"),
	// Amazon: metadata, credentials of containers, name service, over IPv6
	netip.MustParsePrefix("fd00:ec2::/32"),
	netip.MustParsePrefix("fd20:ce::254/128"),       // Google, over IPv6
	netip.MustParsePrefix("fd00:c1::a9fe:a9fe/128"), // Oracle, over IPv6
	netip.MustParsePrefix("fd00:42::42/128"),        // Scaleway, over IPv6
	netip.MustParsePrefix("100.100.100.200/32"),     // Alibaba
	netip.MustParsePrefix("168.63.129.16/32"),       // Azure: the service that configures machines; no mail server has it
	netip.MustParsePrefix("192.0.0.192/32"),         // Oracle
	netip.MustParsePrefix("224.0.0.0/4"),            // multicast
	netip.MustParsePrefix("ff00::/8"),               // multicast
	netip.MustParsePrefix("255.255.255.255/32"),     // broadcast
	netip.MustParsePrefix("0.0.0.0/8"),              // this network
	netip.MustParsePrefix("::/128"),                 // unspecified
}

// New makes the policy. An empty allow allows all; deny wins over allow. An entry of allow that can allow nothing,
// because all of it is denied, is a *manifest.ValueError: the operator means something else.
func New(allow, deny []Network) (Policy, error) {
	policy := Policy{allow: prefixes(allow), deny: prefixes(deny)}
	for i, allowed := range policy.allow {
		reason := ""
		switch {
		case inside(allowed, policy.deny):
			reason = "never takes effect, because deny holds all of it; remove one of the two"
		case inside(allowed, alwaysDenied):
			reason = "never takes effect, because link-local addresses, multicast and the metadata services of clouds are " +
				"always denied; remove it"
		default:
			continue
		}
		return Policy{}, &manifest.ValueError{Key: "allow/" + strconv.Itoa(i), Err: fmt.Errorf("%s %s", allowed, reason)}
	}
	return policy, nil
}

func prefixes(networks []Network) []netip.Prefix {
	list := make([]netip.Prefix, len(networks))
	for i, network := range networks {
		list[i] = network.prefix
	}
	return list
}

// inside reports whether one of the networks holds all of the other one.
func inside(network netip.Prefix, networks []netip.Prefix) bool {
	for _, one := range networks {
		if one.Bits() <= network.Bits() && one.Contains(network.Addr()) {
			return true
		}
	}
	return false
}

// Permit returns nil when the address may be connected to, and otherwise the reason, fit to be shown. An IPv6 address
// in which a translator or a tunnel finds an IPv4 address is denied when either of them is, and allowed when both are.
func (p Policy) Permit(address netip.AddrPort) error {
	own := address.Addr().Unmap().WithZone("")
	hidden := embedded(own)
	for _, one := range append([]embedding{{address: own}}, hidden...) {
		switch {
		case contains(alwaysDenied, one.address):
			return fmt.Errorf("%s is an address that no mail server has", one.address)
		case contains(p.deny, one.address):
			return fmt.Errorf("the operator denies %s", one.address)
		}
	}
	if len(p.allow) == 0 {
		return nil
	}
	allowed := contains(p.allow, own)
	for _, one := range hidden {
		// A network that is no larger than the form itself, such as 64:ff9b::/96, was written with the form in mind.
		allowed = allowed && (contains(p.allow, one.address) || containsWithin(p.allow, own, one.bits))
	}
	if !allowed {
		return fmt.Errorf("the operator allows only %s", join(p.allow))
	}
	return nil
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	return containsWithin(prefixes, address, 0)
}

// containsWithin reports whether a network of at least so many bits holds the address.
func containsWithin(prefixes []netip.Prefix, address netip.Addr, bits int) bool {
	for _, prefix := range prefixes {
		if prefix.Bits() >= bits && prefix.Contains(address) {
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
