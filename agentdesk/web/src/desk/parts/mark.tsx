// Mark is the window that gives Okno its name.
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="currentColor" />
      <path d="M8 7h16v18H8zM16 7v18M8 15h16" fill="none" stroke="white" stroke-width="2.5" />
    </svg>
  )
}
