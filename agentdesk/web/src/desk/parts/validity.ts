// What is wrong with a field of a form is said in the desk's language: a browser says it in its own.
import { text } from '../store/texts'

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

const own = new WeakSet<Field>() // fields that have words of this file

// sayValidity has all forms of the page speak the desk's language.
export function sayValidity(): void {
  document.addEventListener('invalid', (event) => {
    const field = event.target as Field
    const v = field.validity
    if (v.customError && !own.has(field)) return // it speaks for itself
    own.add(field)
    field.setCustomValidity('')
    field.setCustomValidity(text(v.valueMissing ? 'field.missing' : v.tooLong || v.tooShort ? 'field.length' : 'field.form'))
  }, true)
  document.addEventListener('input', (event) => {
    const field = event.target as Field
    if (!own.delete(field)) return
    field.setCustomValidity('')
  }, true)
}
