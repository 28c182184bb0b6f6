Option Explicit
Option Private Module
' Hands out the COM object of the user's Python. Windows' COM service starts it, by the entries that
' "bankable install --com-server" wrote for this user: Excel starts no program and loads no library of its own for it.

Private Const SERVER_CLASS As String = "{prog_id}"

Private Held As Object

' The COM object of the running Python; Windows starts it if it is not running.
Public Function Python() As Object
    If Held Is Nothing Then Set Held = NewServer()
    Set Python = Held
End Function

' Lets go of the running Python, which then ends unless another Excel uses it; the next call asks for a new one.
Public Sub StopPython()
    On Error Resume Next
    If Not Held Is Nothing Then Held.Call Held.Module("bankable.addin.answer_cache"), "forget"
    Set Held = Nothing
End Sub

Private Function NewServer() As Object
    Dim Said As String
    On Error GoTo Failed
    Set NewServer = CreateObject(SERVER_CLASS)
    Exit Function
Failed:
    Said = "Bankable's Python could not be started (" & Err.Number & " " & Err.Description & "). On Windows run: bankable doctor. " & _
        "Excel on the Mac: see the page 'Excel on the web and on the Mac'."
    On Error GoTo 0
    Err.Raise 1000, "Bankable", Said
End Function
