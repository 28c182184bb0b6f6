Option Explicit
Option Private Module
' Between a cell and Python: arguments become plain values, results become numbers, texts and true cell errors.

Private Const FUNCTIONS_MODULE As String = "bankable_start"
Private Const LEFT_OUT As String = "{left_out}"
Private Const MANY_CELLS As Long = 10000

Private LastFailure As String

' Why Python could not be reached, or "".
Public Function Failure() As String
    Failure = LastFailure
End Function

Public Function CallPython(ByVal FunctionName As String, ByVal Arguments As Variant) As Variant
    Dim Result As Variant, Again As Boolean
    On Error GoTo Failed
Ask:
    Result = Python().CallUDF(FUNCTIONS_MODULE, FunctionName, Arguments)
    CallPython = ToCells(Result)
    LastFailure = ""
    Exit Function
Failed:
    If Not Again And IsGone(Err.Number) Then
        Again = True
        LetGo
        Resume Ask
    End If
    LastFailure = Err.Description
    CallPython = CVErr(2015)
End Function

' Whether an error says that the Python that was held is no longer there: it was ended, or it crashed.
Public Function IsGone(ByVal Number As Long) As Boolean
    Select Case Number
        Case 462, -2147023174, -2147023170, -2147417848, -2147418105, -2147418094: IsGone = True
    End Select
End Function

' Lets go of Python, in whatever state it is.
Public Sub LetGo()
    On Error Resume Next
    StopPython
End Sub

' An argument as plain values: a mark where it was left out, the values of a range, anything else as it is.
Public Function Given(Optional ByRef Argument As Variant) As Variant
    If IsMissing(Argument) Then
        Given = LEFT_OUT
    ElseIf IsObject(Argument) Then
        Given = ValuesOf(Argument)
    Else
        Given = Argument
    End If
End Function

Private Function ValuesOf(ByVal Source As Object) As Variant
    Dim Used As Object, Last As Double
    If Source.Areas.Count > 1 Then
        ValuesOf = CVErr(2015)
        Exit Function
    End If
    If CDbl(Source.Rows.Count) * Source.Columns.Count > MANY_CELLS Then
        ' Whole columns and the like: nothing below or to the right of the used cells is sent.
        Set Used = Source.Worksheet.UsedRange
        Last = Used.Row + Used.Rows.Count - Source.Row
        If Last < 1 Then Last = 1
        If Last < Source.Rows.Count Then Set Source = Source.Resize(Last, Source.Columns.Count)
        Last = Used.Column + Used.Columns.Count - Source.Column
        If Last < 1 Then Last = 1
        If Last < Source.Columns.Count Then Set Source = Source.Resize(Source.Rows.Count, Last)
    End If
    ValuesOf = Source.Value2
End Function

' A result with texts such as "#NUM!" turned into true errors, alone and inside arrays.
Public Function ToCells(ByRef Result As Variant) As Variant
    Dim Block As Variant, i As Long, j As Long
    If Not IsArray(Result) Then
        ToCells = OneCell(Result)
        Exit Function
    End If
    Block = Result
    If Dimensions(Block) = 1 Then
        For i = LBound(Block) To UBound(Block)
            Block(i) = OneCell(Block(i))
        Next i
    Else
        For i = LBound(Block, 1) To UBound(Block, 1)
            For j = LBound(Block, 2) To UBound(Block, 2)
                Block(i, j) = OneCell(Block(i, j))
            Next j
        Next i
    End If
    ToCells = Block
End Function

Private Function Dimensions(ByRef Block As Variant) As Long
    Dim Last As Long
    Dimensions = 1
    On Error GoTo Known
    Last = UBound(Block, 2)
    Dimensions = 2
Known:
End Function

Private Function OneCell(ByVal Value As Variant) As Variant
    OneCell = Value
    If VarType(Value) <> vbString Then Exit Function
    If Left$(Value, 1) <> "#" Then Exit Function
    Select Case Value
        Case "#NULL!": OneCell = CVErr(2000)
        Case "#DIV/0!": OneCell = CVErr(2007)
        Case "#VALUE!": OneCell = CVErr(2015)
        Case "#REF!": OneCell = CVErr(2023)
        Case "#NAME?": OneCell = CVErr(2029)
        Case "#NUM!": OneCell = CVErr(2036)
        Case "#N/A": OneCell = CVErr(2042)
    End Select
End Function
