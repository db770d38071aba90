import { length, seconds } from '../contacts/lengths'
import type { All } from '../queues/queue_settings'
import { text } from '../store/texts'

export type Limits = Record<string, Record<string, string>> // by role and reason

// Pauses says how many minutes a pause may last, by role and reason. A longer one is shown, and not ended.
export function Pauses({ all, save }: { all: All; save(change: { was: Limits; to: Limits; why: string }): Promise<boolean> }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const to: Limits = {}
    for (const role of all.roles) {
      for (const reason of all.pause_reasons) {
        const minutes = String(given.get(`${role}.${reason}`) ?? '')
        if (minutes) to[role] = { ...to[role], [reason]: length(Number(minutes) * 60) }
      }
    }
    void save({ was: all.pauses, to, why: String(given.get('why')) })
  }
  const minutes = (limit: string | undefined) => (limit ? seconds(limit) / 60 : '')
  return (
    <form class="inline" id="pauses" onSubmit={submit}>
      <h2>{text('pauses.title')}</h2>
      <p class="muted">{text('pauses.how')}</p>
      <div class="scroll" tabIndex={0}>
        <table>
          <thead><tr><td />{all.pause_reasons.map((reason) => <th key={reason} scope="col">{text('pause.' + reason)}</th>)}</tr></thead>
          <tbody>
            {all.roles.filter((role) => role !== 'auditor').map((role) => (
              <tr key={role}>
                <th scope="row">{text('role.' + role)}</th>
                {all.pause_reasons.map((reason) => (
                  <td key={reason}><input type="number" name={`${role}.${reason}`} min={1} max={480} step="any" aria-label={`${text('role.' + role)}: ${text('pause.' + reason)}`} defaultValue={String(minutes(all.pauses[role]?.[reason]))} /></td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <label>{text('queues.why')}<input name="why" required maxLength={500} autocomplete="off" /></label>
      <p class="choice"><button class="primary">{text('people.save')}</button></p>
    </form>
  )
}
