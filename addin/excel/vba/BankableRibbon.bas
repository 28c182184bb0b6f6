Option Explicit
' The buttons of the Bankable tab. Python does the work in short steps; between two steps the status bar is brought up to
' date and Esc is heard, so long work can be stopped.

Private Events As BankableEvents

Public Sub BankableStart()
    Dim Book As Object
    Set Events = New BankableEvents
    Events.Listen Application
    On Error Resume Next
    For Each Book In Application.Workbooks
        RebindBook Book
    Next Book
    DescribeFunctions
End Sub

Public Sub BankableEnd()
    Set Events = Nothing
    LetGo
End Sub

Public Sub BankableTask(ByVal control As Object)
    Work control.Tag, ""
End Sub

Public Sub BankableInsert(ByVal control As Object)
    Work "insert", control.Tag
End Sub

Public Sub BankableRebindNow(ByVal control As Object)
    Dim Mended As Long
    If ActiveWorkbook Is Nothing Then Exit Sub
    Mended = RebindBook(ActiveWorkbook)
    MsgBox Mended & " links and cells bound to this add-in.", vbInformation, "Bankable"
End Sub

Public Sub BankableExplain(ByVal control As Object)
    If ActiveCell Is Nothing Then Exit Sub
    Work "forget", ""
    On Error Resume Next
    ActiveCell.Dirty
    ActiveCell.Calculate
    On Error GoTo 0
    If Len(Failure()) > 0 Then
        MsgBox "Python could not be reached: " & Failure(), vbExclamation, "Bankable"
    Else
        Work "explain", ActiveCell.Formula
    End If
End Sub

Public Sub BankableRestart(ByVal control As Object)
    On Error GoTo Failed
    StopPython
    Application.CalculateFull
    Exit Sub
Failed:
    MsgBox Err.Description, vbExclamation, "Bankable"
End Sub

' Runs a task of addin/excel/ribbon.py step by step. A text that starts with "~" means: still at work.
Public Sub Work(ByVal Task As String, ByVal Argument As String)
    Dim Server As Object, Said As String, Again As Boolean
    On Error GoTo Failed
    Application.EnableCancelKey = 2
Begin:
    Set Server = Python()
    Said = StartTask(Server, Task, Argument)
    Do While Left$(Said, 1) = "~"
        Application.StatusBar = "Bankable: " & Mid$(Said, 2) & " (Esc stops)"
        DoEvents
        Said = AdvanceTask(Server)
    Loop
    Finish
    If Len(Said) > 0 Then MsgBox Said, vbInformation, "Bankable"
    Exit Sub
Failed:
    If Err.Number = 18 Then
        Said = "Stopped; what was done so far stands."
        On Error Resume Next
        CancelTask Server
    ElseIf IsGone(Err.Number) And Not Again Then
        Again = True
        LetGo
        Resume Begin
    Else
        Said = Err.Description
    End If
    Finish
    MsgBox Said, vbExclamation, "Bankable"
End Sub

Private Sub Finish()
    Application.StatusBar = False
    Application.EnableCancelKey = 1
End Sub
