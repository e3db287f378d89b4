package main

import (
	"fmt"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// conditionText says in words when a condition of the form holds, by the names of its fields.
func conditionText(form shared.Schema, condition shared.Condition) string {
	field, _ := form.Field(condition.Field)
	switch {
	case condition.Not != nil:
		return negationText(form, *condition.Not)
	case len(condition.All) > 0:
		return joinedText(form, condition.All, " and ")
	case len(condition.Any) > 0:
		return joinedText(form, condition.Any, " or ")
	case len(condition.AnyOf) > 0:
		return condition.Field + " is " + valuesText(field, condition.AnyOf)
	case condition.Set:
		return condition.Field + " is filled in"
	default:
		return boundsText(field, condition)
	}
}

// negationText says when a condition does not hold.
func negationText(form shared.Schema, condition shared.Condition) string {
	field, _ := form.Field(condition.Field)
	switch {
	case condition.Not != nil:
		return conditionText(form, *condition.Not)
	case condition.Set:
		return condition.Field + " is empty"
	case len(condition.AnyOf) > 0:
		return condition.Field + " is not " + valuesText(field, condition.AnyOf)
	default:
		return "not (" + conditionText(form, condition) + ")"
	}
}

// joinedText puts those that are joined themselves in brackets.
func joinedText(form shared.Schema, conditions []shared.Condition, by string) string {
	parts := make([]string, len(conditions))
	for i, one := range conditions {
		parts[i] = conditionText(form, one)
		if len(one.All)+len(one.Any) > 0 && len(conditions) > 1 {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, by)
}

func valuesText(field shared.Field, values []shared.Value) string {
	texts := make([]string, len(values))
	for i, value := range values {
		if texts[i] = onOneLine(field, value); texts[i] == "" {
			texts[i] = "empty"
		}
	}
	return strings.Join(texts, " or ")
}

// boundsText says what least and most of a condition mean for the field.
func boundsText(field shared.Field, condition shared.Condition) string {
	verb, unit := "is", ""
	switch field.Kind {
	case shared.KindInteger, shared.KindDecimal, shared.KindByteSize, shared.KindDuration, shared.KindDate:
	case shared.KindChoices, shared.KindList, shared.KindMap:
		verb, unit = "has", " entries"
	default:
		verb, unit = "has", " characters"
	}
	bound := func(value shared.Value) string {
		if unit != "" {
			return value.String() + unit
		}
		return onOneLine(field, value)
	}
	switch least, most := condition.Least, condition.Most; {
	case most.IsEmpty():
		return fmt.Sprintf("%s %s at least %s", condition.Field, verb, bound(least))
	case least.IsEmpty():
		return fmt.Sprintf("%s %s at most %s", condition.Field, verb, bound(most))
	default:
		return fmt.Sprintf("%s %s at least %s and at most %s", condition.Field, verb, bound(least), bound(most))
	}
}
