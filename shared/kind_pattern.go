package shared

// What the texts of some kinds look like, as regular expressions that RE2 and ECMA 262 read alike: [Schema.Validate]
// and [Schema.JSONSchema] then say the same.

const (
	group    = `[0-9A-Fa-f]{1,4}`
	groups   = `(?::` + group + `)`
	ipv6Text = `(?:(?:` + group + `:){7}` + group + `|(?:` + group + `:){1,7}:|(?:` + group + `:){1,6}:` + group +
		`|(?:` + group + `:){1,5}` + groups + `{1,2}|(?:` + group + `:){1,4}` + groups + `{1,3}|(?:` + group + `:){1,3}` +
		groups + `{1,4}|(?:` + group + `:){1,2}` + groups + `{1,5}|` + group + `:` + groups + `{1,6}|:` + groups + `{1,7}|::)`

	// letter is what a name of a host may begin and end with. Names of other scripts are names (RFC 5890).
	letter      = `0-9A-Za-z_\x{A1}-\x{10FFFF}`
	hostPattern = `(?:\[` + ipv6Text + `\]|[` + letter + `](?:[` + letter + `.\-]{0,251}[` + letter + `.])?)`
	portPattern = `(?:[0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])`

	hostPortPattern = hostPattern + `:` + portPattern

	// urlRest is what follows the scheme of a URL (RFC 3986 section 3), with letters of other scripts as browsers take
	// them.
	urlRest = `://` + hostPattern + `(?::` + portPattern + `)?` +
		"(?:[/?#](?:[^\\x00-\\x20\"%<>\\\\^`{|}\\x7F-\\x{A0}]|%[0-9A-Fa-f]{2})*)?"
)

const (
	fraction = `(?:\.[0-9]{1,9})?`
	// durationPattern bounds the digits so that the sum is always a time.Duration.
	durationPattern = `0|(?:[0-9]{1,6}` + fraction + `h)?(?:[0-9]{1,6}` + fraction + `m)?(?:[0-9]{1,9}` + fraction +
		`s)?(?:[0-9]{1,9}` + fraction + `ms)?(?:[0-9]{1,9}` + fraction + `[uµμ]s)?(?:[0-9]{1,9}` + fraction + `ns)?`

	year        = `(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)`
	leapYear    = `(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)`
	datePattern = year + `-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|` +
		`(?:0[13578]|1[02])-31)|` + leapYear + `-02-29`

	// emailPattern is [IsEmailAddress], but for what depends on each letter outside ASCII.
	atom         = "[0-9A-Za-z!#$%&'*+/=?^_`{|}~\\x{A1}-\\x{10FFFF}\\-]+"
	emailPattern = atom + `(?:\.` + atom + `)*@(?:` + atom + `(?:\.` + atom + `)*|\[[0-9A-Fa-fIPv:.]+\])`
)
