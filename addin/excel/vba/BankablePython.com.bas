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
    If Not Held Is Nothing Then Held.Forget
    Set Held = Nothing
End Sub

' Begins a task of the ribbon on the active workbook; its first text.
Public Function StartTask(ByVal Server As Object, ByVal Task As String, ByVal Argument As String) As String
    If ActiveWorkbook Is Nothing Then
        StartTask = Server.Start(Task, Argument)
    Else
        StartTask = Server.Start(Task, Argument, ActiveWorkbook)
    End If
End Function

Public Function AdvanceTask(ByVal Server As Object) As String
    AdvanceTask = Server.Advance()
End Function

Public Sub CancelTask(ByVal Server As Object)
    Server.Cancel
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
