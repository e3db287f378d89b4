package manifest

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// declaredKey is a key that a struct declares by the tags of a field.
type declaredKey struct {
	key        string
	kind       reflect.Type
	required   bool
	deprecated string // why it has no effect any more; empty for all others
	min, max   string // as the tags say
	// least and most bound a number, shortest and longest a length of time.
	least, most       int64
	shortest, longest time.Duration
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func unmarshals(kind reflect.Type) bool { return reflect.PointerTo(kind).Implements(textType) }

// declaredKeys are the keys of a struct. The error is about the struct, not about the file.
func declaredKeys(structure reflect.Type) ([]declaredKey, error) {
	var declared []declaredKey
	for i := range structure.NumField() {
		field := structure.Field(i)
		tag, tagged := field.Tag.Lookup(koanfTag)
		key, option, _ := strings.Cut(tag, ",")
		switch {
		case !tagged || key == "-":
			continue
		case option == "squash" && field.Type.Kind() == reflect.Struct:
			inner, err := declaredKeys(field.Type)
			if err != nil {
				return nil, err
			}
			declared = append(declared, inner...)
			continue
		}
		one := declaredKey{
			key: key, kind: field.Type, required: field.Tag.Get("required") == "true", deprecated: field.Tag.Get("deprecated"),
			min: field.Tag.Get("min"), max: field.Tag.Get("max"),
		}
		if err := one.complete(); err != nil {
			return nil, fmt.Errorf("manifest: field %s: %w", field.Name, err)
		}
		declared = append(declared, one)
	}
	return declared, nil
}

// element is the type of a value, or of the entries of a list.
func (d *declaredKey) element() reflect.Type {
	if d.kind.Kind() == reflect.Slice && !unmarshals(d.kind) {
		return d.kind.Elem()
	}
	return d.kind
}

// complete reads the tags and makes sure that the type is one that a key can have.
func (d *declaredKey) complete() (err error) {
	if d.deprecated != "" {
		return nil
	}
	switch kind := d.element(); {
	case kind == durationType:
		d.shortest, d.longest = 1, math.MaxInt64
		if d.min != "" {
			d.shortest, err = time.ParseDuration(d.min)
		}
		if err == nil && d.max != "" {
			d.longest, err = time.ParseDuration(d.max)
		}
		return err
	case unmarshals(kind), kind.Kind() == reflect.String, kind.Kind() == reflect.Bool:
		return nil
	case kind.Kind() == reflect.Int, kind.Kind() == reflect.Int64:
		d.most = math.MaxInt32
		if d.min != "" {
			d.least, err = strconv.ParseInt(d.min, 10, 64)
		}
		if err == nil && d.max != "" {
			d.most, err = strconv.ParseInt(d.max, 10, 64)
		}
		return err
	default:
		return fmt.Errorf("a key of plugin.hcl cannot be a %s", d.kind)
	}
}
