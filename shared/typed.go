package shared

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// How values are typed.

func parseInteger(typed string) (int64, error) { return strconv.ParseInt(typed, 10, 64) }

func parseBoolean(typed string) (bool, error) { return strconv.ParseBool(typed) }

func parseDecimal(typed string) (Value, bool) {
	if strings.ContainsFunc(typed, func(r rune) bool { return !strings.ContainsRune("0123456789+-.eE", r) }) {
		return Value{}, false // ParseFloat also reads 0x1p-2, 1_000 and Inf.
	}
	f, err := strconv.ParseFloat(typed, 64)
	return Decimal(f), err == nil
}

// byteUnits are the units of a number of bytes (IEC 80000-13 and SI), the largest first.
var byteUnits = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"TB", 1e12}, {"GiB", 1 << 30}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6},
	{"KiB", 1 << 10}, {"kB", 1e3}, {"B", 1},
}

// parseBytes reads a number of bytes, which may have a unit in any case of letters.
func parseBytes(typed string) (int64, bool) {
	number, factor := typed, int64(1)
	for _, unit := range byteUnits {
		if cut := len(typed) - len(unit.name); cut > 0 && strings.EqualFold(typed[cut:], unit.name) {
			number, factor = strings.TrimSpace(typed[:cut]), unit.bytes
			break
		}
	}
	const longest = 30 // digits; a longer one is no size
	if len(number) > longest || strings.ContainsFunc(number,
		func(r rune) bool { return !strings.ContainsRune("0123456789.", r) }) {
		return 0, false
	}
	size, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, false
	}
	size.Mul(size, new(big.Rat).SetInt64(factor))
	return size.Num().Int64(), size.IsInt() && size.Num().IsInt64()
}

func formatBytes(n int64) string {
	for _, unit := range byteUnits {
		if n >= unit.bytes && n%unit.bytes == 0 {
			return strconv.FormatInt(n/unit.bytes, 10) + " " + unit.name
		}
	}
	return strconv.FormatInt(n, 10) + " B"
}

// parseList reads a JSON array of texts, or lines; blanks around them and empty lines do not count.
func parseList(typed string) Value {
	var entries []string
	if strings.HasPrefix(typed, "[") && json.Unmarshal([]byte(typed), &entries) == nil {
		return List(entries...)
	}
	return List(typedLines(typed)...)
}

func typedLines(typed string) []string {
	var lines []string
	for line := range strings.Lines(typed) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// parseMap reads a JSON object of texts, or lines such as "key = text". Where a key has "=" in it, the one with blanks
// around it counts.
func parseMap(typed string) Value {
	var entries map[string]string
	if strings.HasPrefix(typed, "{") && json.Unmarshal([]byte(typed), &entries) == nil {
		return Map(entries)
	}
	entries = map[string]string{}
	for _, line := range typedLines(typed) {
		key, entry, parted := strings.Cut(line, " = ")
		if !parted {
			key, entry, _ = strings.Cut(line, "=")
		}
		if key = strings.TrimSpace(key); key == "" {
			return Text(typed)
		}
		if _, twice := entries[key]; twice {
			return Text(typed) // One of them would be lost.
		}
		entries[key] = strings.TrimSpace(entry)
	}
	return Map(entries)
}

func formatList(value Value) string {
	entries, _ := value.AsList()
	return strings.Join(entries, "\n")
}

func formatMap(value Value) string {
	entries, _ := value.AsMap()
	var lines []string
	for key, entry := range entries {
		lines = append(lines, key+" = "+entry)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
