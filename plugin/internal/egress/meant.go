package egress

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
)

// didYouMean is the end of an error about an entry that is not understood.
func didYouMean(entry string) string {
	if meant := meantBy(entry); meant != "" {
		return fmt.Sprintf("; did you mean %q?", meant)
	}
	return ""
}

// meantBy reads an entry in other forms: with blanks, look-alikes or decoration, with a net mask, with stars for the
// last parts, or with a port, which entries do not have. It is empty when none fits.
func meantBy(entry string) string {
	plain := strings.ReplaceAll(typed.Undecorated(typed.Plain(entry)), " ", "")
	address, mask, masked := strings.Cut(plain, "/")
	if length := lengthOf(mask); masked && length >= 0 {
		plain = fmt.Sprintf("%s/%d", address, length)
	}
	if network := withStars(plain); network != "" {
		plain = network
	}
	if prefix, err := netip.ParsePrefix(plain); err == nil {
		return prefix.Masked().String()
	}
	isURL := strings.Contains(plain, "://")
	if found := typed.Servers(plain); len(found) == 1 {
		if address, err := netip.ParseAddr(found[0].Host); err == nil && address.Zone() == "" && (!masked || isURL) {
			return address.String()
		}
	}
	return ""
}

// lengthOf is the length of a net mask such as 255.0.0.0; -1 when it is none.
func lengthOf(mask string) int {
	address, err := netip.ParseAddr(mask)
	if err != nil || !address.Is4() {
		return -1
	}
	if length, bits := net.IPMask(address.AsSlice()).Size(); bits > 0 {
		return length
	}
	return -1
}

// withStars is the network of an IPv4 address whose last parts are stars or left out, such as 10.1.* for 10.1.0.0/16.
func withStars(entry string) string {
	parts := strings.Split(strings.TrimRight(entry, ".*"), ".")
	if !strings.HasSuffix(entry, "*") || len(parts) > 3 {
		return ""
	}
	length := 8 * len(parts)
	for len(parts) < 4 {
		parts = append(parts, "0")
	}
	return fmt.Sprintf("%s/%d", strings.Join(parts, "."), length)
}
